import { AtelierError } from '../errors.ts';

/** What a language model does with a text: goes on with it, fills in what is masked in it, says of which class it is, or makes a vector of it. */
export const modelKinds = ['writes', 'fills', 'classifies', 'embeds'] as const;
export type ModelKind = (typeof modelKinds)[number];

/** `model_type` of those whose bare net sees a text from both sides. */
const encoders = new Set([
  ...['albert', 'bert', 'big_bird', 'camembert', 'convbert', 'deberta', 'deberta-v2', 'distilbert', 'electra', 'ernie'],
  ...['esm', 'flaubert', 'ibert', 'mobilebert', 'modernbert', 'mpnet', 'new', 'nomic_bert', 'nystromformer', 'rembert'],
  ...['roberta', 'roberta-prelayernorm', 'roformer', 'squeezebert', 'xlm', 'xlm-roberta', 'xlm-roberta-xl', 'xmod'],
]);

/**
 * By what config.json says: `architectures` names the net with its head, `model_type` its family, as Hugging Face's transformers writes them.
 * What says neither is taken for one that writes. Throws `unsupported_architecture`.
 */
export function kindOfConfig(config: Readonly<Record<string, unknown>>): ModelKind {
  const { architectures, model_type: type, is_encoder_decoder: both } = config;
  const [net = ''] = (Array.isArray(architectures) ? architectures : []).map(String);
  if (both === true || /(?:MTModel|EncoderDecoderModel)$/.test(net))
    throw unsupported(net || String(type), 'which reads with one net and writes with another');
  if (/ForMaskedLM$/.test(net)) return 'fills';
  if (/ForSequenceClassification$/.test(net)) return 'classifies';
  if (/For(?!CausalLM$)[A-Z]\w*$/.test(net)) throw unsupported(net, 'whose head is not known here');
  const bare = net === '' || (/Model$/.test(net) && !/LMHeadModel$/.test(net));
  return bare && typeof type === 'string' && encoders.has(type) ? 'embeds' : 'writes';
}

const unsupported = (net: string, why: string): AtelierError =>
  new AtelierError(
    'unsupported_architecture',
    `config.json says that the model is a ${net.slice(0, 80)}, ${why}. Choose one that writes (…ForCausalLM), fills in masks (…ForMaskedLM), classifies texts (…ForSequenceClassification), or an encoder without a head (BertModel and such).`,
  );
