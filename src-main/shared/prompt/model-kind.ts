import { AtelierError } from '../errors.ts';

/**
 * What a language model does with a text: goes on with it, writes another one of it (a translation, a summary), fills in what is masked in it, says of
 * which class it is, or makes a vector of it, finds what is named in it, or finds the answer to a question in it.
 */
export const modelKinds = ['writes', 'rewrites', 'fills', 'classifies', 'embeds', 'names', 'answers'] as const;
export type ModelKind = (typeof modelKinds)[number];

/** `model_type` of those whose bare net sees a text from both sides. */
const encoders = new Set([
  ...['albert', 'bert', 'big_bird', 'camembert', 'convbert', 'deberta', 'deberta-v2', 'distilbert', 'electra', 'ernie'],
  ...['esm', 'flaubert', 'ibert', 'mobilebert', 'modernbert', 'mpnet', 'new', 'nomic_bert', 'nystromformer', 'rembert'],
  ...['roberta', 'roberta-prelayernorm', 'roformer', 'squeezebert', 'xlm', 'xlm-roberta', 'xlm-roberta-xl', 'xmod'],
]);

/** `model_type` of those that read a text with one net and write another with a second one. */
const textToText = new Set([
  ...[
    'bart',
    'bigbird_pegasus',
    'blenderbot',
    'blenderbot-small',
    'encoder-decoder',
    'fsmt',
    'led',
    'longt5',
    'm2m_100',
  ],
  ...[
    'marian',
    'mbart',
    'mt5',
    'mvp',
    'nllb-moe',
    'pegasus',
    'pegasus_x',
    'plbart',
    'prophetnet',
    'switch_transformers',
  ],
  ...['t5', 'umt5', 'xlm-prophetnet'],
]);

/** Of those that read one thing and write another: what they read is sound or pictures. */
const notOfTexts =
  /whisper|speech|moonshine|wav2vec|canary|vision|image|pix2struct|donut|blip|florence|llava|paligemma|qwen2_?vl|idefics|nougat/i;

/**
 * By what config.json says: `architectures` names the net with its head, `model_type` its family, as Hugging Face's transformers writes them.
 * What says neither is taken for one that writes. Throws `unsupported_architecture`.
 */
export function kindOfConfig(config: Readonly<Record<string, unknown>>): ModelKind {
  const { architectures, model_type: type, is_encoder_decoder: both } = config;
  const [net = ''] = (Array.isArray(architectures) ? architectures : []).map(String);
  const known = type === undefined || textToText.has(String(type));
  const twoNets = /(?:MTModel|EncoderDecoderModel)$/.test(net) || (known && /ForConditionalGeneration$/.test(net));
  // What the hub tells of a model names its net and its type alone.
  if (both === true || twoNets) {
    if (notOfTexts.test(`${String(type)} ${net}`)) throw unsupported(net || String(type), 'which reads no texts');
    // A bare one has what it writes with all the same: the folder tells.
    if (net === '' || /(?:ForConditionalGeneration|LMHeadModel|Model)$/.test(net)) return 'rewrites';
    throw unsupported(net, 'whose head is not known here');
  }
  if (/ForMaskedLM$/.test(net)) return 'fills';
  if (/ForSequenceClassification$/.test(net)) return 'classifies';
  if (/ForTokenClassification$/.test(net)) return 'names';
  if (/ForQuestionAnswering(?:Simple)?$/.test(net)) return 'answers';
  if (/For(?!CausalLM$)[A-Z]\w*$/.test(net)) throw unsupported(net, 'whose head is not known here');
  const bare = net === '' || (/Model$/.test(net) && !/LMHeadModel$/.test(net));
  return bare && typeof type === 'string' && encoders.has(type) ? 'embeds' : 'writes';
}

const unsupported = (net: string, why: string): AtelierError =>
  new AtelierError(
    'unsupported_architecture',
    `config.json says that the model is a ${net.slice(0, 80)}, ${why}. Choose one that writes (…ForCausalLM), writes one text of another (T5, BART, Marian), fills in masks (…ForMaskedLM), classifies texts (…ForSequenceClassification), finds names (…ForTokenClassification) or answers (…ForQuestionAnswering), or an encoder without a head (BertModel and such).`,
  );
