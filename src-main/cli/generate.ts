import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { generateParams } from '../jobs/generation.ts';
import { AtelierError } from '../shared/errors.ts';
import { requireBeams, usualGeneration, type GenerationSettings, type WrittenText } from '../shared/generation.ts';
import { ownSettingNames } from '../shared/prompt/own-settings.ts';
import { filled } from '../shared/prompt/fill.ts';
import { defaultThreads } from '../shared/training-defaults.ts';
import { ownWords, verdictText } from './completion-json.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { integer, number, withCommon } from './options.ts';

interface Options extends CommonOptions, Omit<GenerationSettings, 'logprobs' | 'form' | 'earlyStopping' | 'noRepeat'> {
  prompt?: string;
  promptFile?: string;
  textPair?: string;
  textPairFile?: string;
  variables?: string;
  file?: string;
  logprobs?: number | true;
  jsonSchema?: string;
  regex?: string;
  begin?: string;
  perplexity?: boolean;
  earlyStopping?: true | 'never';
  ngramOnce?: number;
  own: boolean;
  cache: boolean;
  threads: number;
}

const usual = usualGeneration;
/** A prompt of more is a mistake. */
const maxPromptBytes = 16 * 2 ** 20;

export function addGenerate(program: Command, context: CommandContext): void {
  withCommon(program.command('generate'))
    .description('ask a language model that runs here: it writes after a prompt, or tells what it says of it')
    .argument(
      '<model>',
      'a run on texts (name, id or its beginning), the folder of a language model or encoder, or an .onnx file in one',
    )
    .addOption(new Option('--prompt <text>', 'what the model goes on with').conflicts('promptFile'))
    .option('--prompt-file <file>', 'the same from a file; - for standard input')
    .option('--text-pair <text>', 'a second text: of a classifier of pairs, or what a question (--prompt) is asked of')
    .option('--text-pair-file <file>', 'the same from a file; - for standard input')
    .option('--variables <json>', 'values of {{name}} in the prompt: a JSON object, or a file with one')
    .option('--file <name>', 'of a folder with several .onnx files, which one, such as onnx/model_int8.onnx')
    .option('--max-tokens <n>', 'it writes so many tokens at most', integer(1, 100_000), usual.maxTokens)
    .option(
      '--temperature <t>',
      '0: always the likeliest token; higher: more chance',
      number(0, 100),
      usual.temperature,
    )
    .option('--top-k <n>', 'only the n likeliest tokens; 0: all', integer(0, 1_000_000), usual.topK)
    .option('--top-p <p>', 'only the fewest that are together so probable', number(0, 1, true), usual.topP)
    .option('--min-p <p>', 'none less probable than this share of the likeliest', number(0, 1), usual.minP)
    .option(
      '--repetition-penalty <x>',
      'above 1: less of what is there already',
      number(0, 100, true),
      usual.repetitionPenalty,
    )
    .option('--presence-penalty <x>', 'taken from what was written already', number(-100, 100), usual.presencePenalty)
    .option('--frequency-penalty <x>', 'the same for each time that it was', number(-100, 100), usual.frequencyPenalty)
    .option('--seed <n>', 'decides what chance gives', integer(0, 2 ** 32 - 1), usual.seed)
    .option('--n <n>', 'so many texts', integer(1, 64), usual.n)
    .option(
      '--beams <n>',
      'the likeliest texts by a search that keeps so many; nothing is left to chance',
      integer(1, 64),
      usual.beams,
    )
    .option('--length-penalty <x>', 'of --beams: above 1 longer texts win, below it shorter ones', number(-10, 10))
    .addOption(
      new Option(
        '--early-stopping [when]',
        'of --beams: end with as many finished texts as beams; or never early',
      ).choices(['never']),
    )
    .option('--ngram-once <n>', 'no run of so many tokens comes twice', integer(0, 1000))
    .option('--min-tokens <n>', 'the model does not end before so many', integer(0, 100_000))
    .option('--no-own', 'not as the model’s own generation_config.json says')
    .option(
      '--stop <text>',
      'end before this text; may be repeated',
      (text: string, all: string[]) => [...all, text],
      [],
    )
    .option(
      '--logprobs [n]',
      "each token's log probability, and those of the n likeliest in its place",
      integer(1, 100),
    )
    .addOption(new Option('--json-schema <file>', 'hold the text to a JSON schema').conflicts(['regex', 'beams']))
    .addOption(new Option('--regex <pattern>', 'hold the text to a regular expression').conflicts('beams'))
    .addOption(
      new Option('--begin <text>', 'what each text begins with; the model goes on from there').conflicts('beams'),
    )
    .addOption(
      new Option('--perplexity', 'write nothing: how likely does the model find the prompt?').conflicts([
        'begin',
        'regex',
      ]),
    )
    .option('--no-cache', 'see all anew for each token; the same text, slower')
    .option('--threads <n>', 'CPU threads; 0: as fits the machine', integer(0, 256), 0)
    .addHelpText(
      'after',
      `
The folder is as Hugging Face's hub has it: config.json, tokenizer.json and the model as onnx/model.onnx or so, or of a Llama (Mistral,
Qwen 2) its .safetensors. What is held to a schema or pattern always comes to its end within --max-tokens where that is possible at all.
A masked model (BERT, RoBERTa; a bert run) fills in its mask wherever the prompt has it: "The [MASK] sat." With --n 3 the second text has the
second likeliest tokens, and so on; --logprobs 5 tells five for each mask.
A classifier (…ForSequenceClassification; a run that learnt classes of texts) says how probable each class is, of two texts (--text-pair: a premise
and a hypothesis) as its tokenizer puts pairs together. One of …ForTokenClassification finds what is named in the text: "verdict" has "spans". One of
…ForQuestionAnswering finds the answer to the prompt in the text of --text-pair, with how probable it is that there is none. An encoder without a head (sentence-transformers) tells how alike the prompt's first line
and each other line are: the cosine of their embeddings. Texts longer than either sees at once are seen in parts, and that is told.
A sequence-to-sequence model (T5, BART, Marian, Pegasus: encoder_model.onnx with decoder_model_merged.onnx, or with decoder_model.onnx and
decoder_with_past_model.onnx) takes the prompt as one source text and writes another of it, a translation or a summary. What it was trained
to see in front is the prompt's own: "translate English to German: The cat sleeps." With --begin the output begins so, which is also how
one for many languages is told which one ("__de__"). "prompt_tokens" are those of the source.
Such a model writes as its generation_config.json says (beams, length penalty, lengths, no repeats …) wherever no option says otherwise, and that
is told; with --no-own as any other. What it forbids or must end with holds always.
An empty prompt is where a text begins. Ctrl-C ends the writing; what was written is kept.

--perplexity foretells each token of the prompt but the first from those before it, in windows that overlap by half where it is longer than
the model sees. "loss" is the mean negative natural logarithm of their probabilities, "perplexity" e to the power of it.

JSON: {"event":"text","row","text"} as it is written, and at the end
      {"event":"finished","text","token_ids","logprobs","finish","texts","prompt_tokens","tokens_per_second","first_token_ms","settings",
      "settings_of_model"}. "settings_of_model" names those that came of the model's own description, "not_followed" what that asks for beside.
      "text", "token_ids", "logprobs" (null without --logprobs) and "finish" are those of the first text; "texts" has all. "finish":
      end (the model ended it), stop, form, tokens (--max-tokens), context (the model sees no more), stopped.
      Of a model that writes none "verdict" is {"kind":"classes"|"labels"|"value"|"similarity"|"names"|"answers","scores":[{"label","score"}],
      "tokens","seen","windows"}, and "text" what it comes to in short; of names and answers also "spans":[{"start","end","text","label","score"}]
      (places in UTF-16 units, as JavaScript counts), of answers "none", how probable it is that there is none.
      With --perplexity {"event":"finished","perplexity","loss","bits_per_character","tokens","characters","prompt_tokens","logprobs"}.

Examples:
  $ atelier generate shakespeare-gpt --prompt "ROMEO:" --max-tokens 200
  $ atelier generate models/stories260k --prompt "One day, {{who}}" --variables '{"who":"a cat"}' --temperature 0 --json
  $ atelier generate models/stories260k --prompt "A girl" --json-schema person.json
  $ atelier generate models/opus-mt-en-de --prompt "The cat sleeps." --beams 4
  $ atelier generate models/nli --prompt "A dog runs." --text-pair "An animal moves." --json
  $ atelier generate models/squad --prompt "Who wrote it?" --text-pair-file report.txt
  $ atelier generate shakespeare-gpt --perplexity --prompt-file hamlet.txt`,
    )
    .action((model: string, options: Options, command: Command) =>
      generate(new Session(context, 'generate', options), model, options, chosenOf(command)),
    );
}

/** What was told, and not only holds by itself. */
const chosenOf = (command: Command): Set<string> =>
  new Set(Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) !== 'default'));

async function generate(session: Session, text: string, options: Options, chosen: Set<string>): Promise<void> {
  const { out } = session;
  const variables = variablesFrom(session, options.variables);
  const prompt = filled(promptOf(session, options), variables);
  const textPair = pairOf(session, options);
  const settings = settingsOf(session, options);
  const { begin, cache, perplexity: score } = options;
  await session.readIfAny(async (store) => {
    const threads = options.threads || defaultThreads(availableParallelism());
    const params = generateParams(store, session.folder, {
      model: text,
      from: session.host.cwd,
      file: options.file,
      prompt,
      ...(textPair !== null && { textPair: filled(textPair, variables) }),
      begin,
      settings,
      ...(options.own && {
        asked: ownSettingNames.filter((name) => chosen.has(name === 'noRepeat' ? 'ngramOnce' : name)),
      }),
      threads,
      cache,
      score,
    });
    const live = settings.n === 1 && !out.json;
    let told = false;
    const result = await session.work('generate', text, params, {
      endsEarly: true,
      message(message) {
        if (message.type !== 'written') return;
        out.record({ event: 'text', row: message.part.row, text: message.part.text });
        if (live) out.piece(message.part.text);
        told = true;
      },
    });
    if (live && told) out.piece('\n');
    const verdict = result.texts[0]?.verdict;
    if (verdict) out.text(verdictText(verdict));
    if (result.own.length > 0) out.note(ownWords(result));
    const common = {
      settings: result.settings,
      settings_of_model: result.own,
      ...(result.leftOut.length > 0 && { not_followed: result.leftOut }),
      prompt_tokens: result.promptTokens.length,
      prompt_token_ids: result.promptTokens,
      load_ms: result.loadMs,
      cached: result.cached,
      context: result.context,
    };
    if (result.likelihood) {
      const { loss, perplexity, bitsPerCharacter, tokens, characters, choices } = result.likelihood;
      out.text(
        `perplexity ${perplexity.toPrecision(6)}, loss ${loss.toPrecision(6)} a token of ${tokens}, ${bitsPerCharacter.toPrecision(6)} bits a character of ${characters}`,
      );
      const said = { loss, perplexity, bits_per_character: bitsPerCharacter, tokens, characters, logprobs: choices };
      out.record({ event: 'finished', ...said, ...common });
      return;
    }
    const [first] = result.texts;
    if (!live && !verdict)
      result.texts.forEach((each, i) => out.text(`${result.texts.length > 1 ? `${i + 1}. ` : ''}${each.text}`));
    out.record({
      event: 'finished',
      ...saidOf(first),
      texts: result.texts.map(saidOf),
      ...common,
      tokens_per_second: result.tokensPerSecond,
      first_token_ms: result.firstTokenMs,
    });
  });
}

const saidOf = ({ text, tokens, finish, choices, verdict }: WrittenText) => ({
  text,
  token_ids: tokens,
  finish,
  logprobs: choices,
  ...(verdict && { verdict }),
});

function settingsOf(session: Session, options: Options): GenerationSettings {
  const { maxTokens, temperature, topK, topP, minP, repetitionPenalty, presencePenalty, frequencyPenalty } = options;
  const { seed, n, beams, ngramOnce, minTokens, lengthPenalty, earlyStopping, stop, logprobs } = options;
  requireBeams({ n, beams });
  const form =
    options.jsonSchema !== undefined
      ? { kind: 'json' as const, schema: jsonFile(session.path(options.jsonSchema)) }
      : options.regex !== undefined
        ? { kind: 'regex' as const, pattern: options.regex }
        : null;
  return {
    maxTokens,
    temperature,
    topK,
    topP,
    minP,
    repetitionPenalty,
    presencePenalty,
    frequencyPenalty,
    seed,
    n,
    beams,
    noRepeat: ngramOnce,
    minTokens,
    lengthPenalty,
    earlyStopping,
    stop,
    logprobs: logprobs === true ? 1 : (logprobs ?? 0),
    form,
  };
}

function promptOf(session: Session, { prompt, promptFile }: Options): string {
  if (prompt !== undefined) return prompt;
  if (promptFile === undefined)
    throw new AtelierError('bad_arguments', 'Say what to go on with: --prompt TEXT or --prompt-file FILE.');
  return textFrom(session, promptFile);
}

function pairOf(session: Session, { textPair, textPairFile }: Options): string | null {
  return textPair ?? (textPairFile === undefined ? null : textFrom(session, textPairFile));
}

function textFrom(session: Session, name: string): string {
  const bytes = read(name === '-' ? 0 : session.path(name), name);
  if (bytes.length > maxPromptBytes)
    throw new AtelierError(
      'prompt_too_long',
      `${name} has ${bytes.length} bytes; ${maxPromptBytes} is the most of a prompt.`,
    );
  return new TextDecoder().decode(bytes);
}

/** `--variables`: a JSON object, or a file with one. */
export function variablesFrom(session: Session, variables: string | undefined): Record<string, unknown> {
  if (variables === undefined) return {};
  const found = variables.trimStart().startsWith('{')
    ? parsed(variables, '--variables')
    : jsonFile(session.path(variables));
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
  throw new AtelierError('bad_arguments', '--variables is no JSON object of names and values.');
}

export const jsonFile = (path: string): unknown => parsed(new TextDecoder().decode(read(path, path)), path);

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AtelierError('bad_arguments', `${where} is no JSON: ${(error as Error).message}.`);
  }
}

function read(path: string | number, name: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AtelierError('no_such_file', `${name} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
