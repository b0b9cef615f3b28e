import { Document, isMap, isScalar, isSeq, visit } from 'yaml';
import { stepId, type Recipe } from '../../../shared/recipe.ts';
import { stepInfos } from '../index.ts';

/** So many names stand in one line; more are a list. */
const inLine = 8;

/** Texts that may stand without quotes where YAML has no other use for them; all others are shown with their spaces and signs. */
const plain = /^[\p{L}\p{N}_](?:[^\p{C}\p{Z}]| (?! |$))*$/u;

/** Where a recipe is from: the words at the head of its file. */
export interface RecipeOrigin {
  dataset: string;
  /** The version's number. */
  version: number;
}

/** A recipe as YAML 1.2 that people read and edit; `readRecipeText` makes an equal recipe of it. */
export function recipeText({ steps }: Recipe, { dataset, version }: RecipeOrigin): string {
  const ids: string[] = [];
  const document = new Document(
    {
      version: 1,
      steps: steps.map(({ id, kind, settings, enabled }) => {
        const usual = id === stepId(kind, ids);
        ids.push(id);
        return { kind, ...(usual ? {} : { id }), ...(enabled ? {} : { enabled }), settings };
      }),
    },
    { version: '1.2', aliasDuplicateObjects: false },
  );
  document.commentBefore = headOf(`${JSON.stringify(dataset)}, version ${version}`);
  visit(document, {
    Seq: (_, list) => {
      if (list.items.every(isScalar)) list.flow = list.items.length <= inLine;
    },
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && !plain.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
    Map: (_, map) => {
      if (map.items.length === 0) map.flow = true;
    },
  });
  warnOfSecrets(document, steps);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const headOf = (from: string): string =>
  [
    'A recipe of Atelier: the steps that prepare a table, from the top down.',
    `It was saved from the dataset ${from}.`,
    'To prepare another dataset so: "Use a file…" in the menu of its recipe, or',
    '  atelier data recipe DATASET --set THIS-FILE',
    'Settings that are left out are as usual; "enabled: false" turns a step off.',
    '"atelier data recipe --steps" lists every kind of step with its settings.',
    'What steps learn (means, categories, …) is not in here: it is learnt anew from the training split.',
  ]
    .map((line) => ` ${line}`)
    .join('\n');

/** What was drawn at random to conceal by must not be taken for one more setting. */
function warnOfSecrets(document: Document, steps: Recipe['steps']): void {
  const written = document.get('steps');
  if (!isSeq(written)) return;
  for (const [i, { kind }] of steps.entries()) {
    const secrets = stepInfos
      .find((info) => info.kind === kind)
      ?.fields.filter((field) => field.kind === 'text' && field.random)
      .map(({ key }) => key);
    const settings = document.getIn(['steps', i, 'settings']);
    if (!secrets?.length || !isMap(settings)) continue;
    for (const pair of settings.items) {
      if (isScalar(pair.key) && secrets.includes(String(pair.key.value)) && isScalar(pair.value) && pair.value.value) {
        pair.value.comment =
          ' a secret: whoever has it can find out what was concealed by trying. Without this line one is drawn anew';
      }
    }
  }
}
