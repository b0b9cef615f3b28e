import { describe, expect, it } from 'vitest';
import { changeWords } from '../../src-renderer/words/changes.ts';
import { errorText } from '../../src-renderer/words/errors.ts';
import { locale } from '../../src-renderer/words/locale.svelte.ts';

describe('words from the main process', () => {
  it('are its own in English, and by code elsewhere with the original among the details', () => {
    const error = { code: 'enospc', message: 'ENOSPC: no space left', details: ['write'] };
    locale.choice = 'en';
    expect(errorText(error).headline).toBe('ENOSPC: no space left');
    locale.choice = 'zh-CN';
    expect(errorText(error)).toEqual({
      headline: '磁盘已满。请释放空间后重试。',
      details: ['ENOSPC: no space left', 'write'],
    });
    expect(errorText({ ...error, code: 'brand_new' }).headline).toBe('ENOSPC: no space left');
    expect(changeWords('target: species → island, fnlwgt: feature → ignored')).toBe(
      '目标列：species → island，fnlwgt：特征 → 忽略',
    );
    expect(changeWords('imported from a, b.csv')).toBe('从 a, b.csv 导入');
    locale.choice = 'system';
  });
});
