import { describe, expect, it } from 'vitest';
import { renderTurns } from '../../src-main/generation/chat-template.ts';

/** ChatML, as many models have it. */
const chatml = {
  source:
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  tokens: {},
};

describe('a chat template', () => {
  it('lays turns out up to where the model answers', () => {
    const turns = [
      { role: 'system' as const, text: 'Be brief.' },
      { role: 'user' as const, text: 'Hi {{ 1 + 1 }}' },
    ];
    expect(renderTurns(chatml, turns)).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi {{ 1 + 1 }}<|im_end|>\n<|im_start|>assistant\n',
    );
  });
  it('leaves an answer open that was begun', () => {
    const turns = [
      { role: 'user' as const, text: 'Hi' },
      { role: 'assistant' as const, text: 'Well,' },
    ];
    expect(renderTurns(chatml, turns)).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nWell,');
  });
  it('knows the model’s own tokens, and may refuse', () => {
    const source =
      "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('no system turn') }}{% endif %}{{ messages[0].content }}";
    expect(renderTurns({ source, tokens: { bos_token: '<s>' } }, [{ role: 'user', text: 'a' }])).toBe('<s>a');
    expect(() => renderTurns({ source, tokens: {} }, [{ role: 'system', text: 'a' }])).toThrow(
      expect.objectContaining({ code: 'bad_template', message: expect.stringContaining('no system turn') as string }),
    );
    expect(() => renderTurns({ source: '{% if %}', tokens: {} }, [])).toThrow(
      expect.objectContaining({ code: 'bad_template' }),
    );
  });
});
