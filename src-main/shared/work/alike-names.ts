/** Names of files that are parts of one table: alike but for the split that they tell and for numbers. */

const splitWords = /(?<![a-z])(train(ing)?|test(ing)?|val(id(ation)?)?|dev)(?![a-z])/gi;

/** What a file and those that are called alike are called together: "sales-*.csv", "part-*-of-*.csv". */
export const anyOf = (name: string): string => name.replace(splitWords, '*').replace(/\d+/g, '*');

/** What files that are called alike have in common, and what `anyOf` calls them, too: "sales.csv" of sales-train.csv and sales-2-test.csv. */
export const withoutSplit = (name: string): string =>
  anyOf(name)
    .replaceAll('*', '')
    .replace(/[-_ .]+(?=[-_ .])/g, '')
    .toLowerCase();
