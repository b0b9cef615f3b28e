/** Rules that imports cannot show: who may touch the two doors between the page and the main process. */
export interface TextRule {
  name: string;
  /** Files that the rule looks at, and the one that is allowed to. */
  within: RegExp;
  except: RegExp;
  forbids: RegExp;
}

export const TEXT_RULES: TextRule[] = [
  {
    name: 'only ipc/handle.ts answers calls from the page',
    within: /^src-main\/.*\.ts$/,
    except: /^src-main\/ipc\/handle\.ts$/,
    forbids: /\bipcMain\b/,
  },
  {
    name: 'only bridge/studio.ts reads window.studio',
    within: /^src-renderer\/.*\.(ts|svelte)$/,
    except: /^src-renderer\/bridge\/studio\.ts$/,
    forbids: /\b(window|globalThis|self)\s*(\?\.|\.)\s*studio\b|\b(window|globalThis|self)\s*\[\s*['"]studio['"]/,
  },
];

/** Comments may speak of anything; only code counts. Strings stay, since an index can be one. */
const withoutComments = (source: string): string =>
  source.replace(
    /\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(^|[^:'"`])\/\/.*$/gm,
    (_, before: string | undefined) => before ?? '',
  );

/** The names of the rules that `source`, lying at `file` (relative, with slashes), breaks. */
export function brokenTextRules(file: string, source: string): string[] {
  const code = withoutComments(source);
  return TEXT_RULES.filter((rule) => rule.within.test(file) && !rule.except.test(file) && rule.forbids.test(code)).map(
    (rule) => rule.name,
  );
}
