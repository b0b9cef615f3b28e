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

  it.each([
    [
      '+ fill, + duplicates, 24 rows left out',
      'recipe: fill missing values, drop duplicates, 24 rows left out',
      '处理步骤：填补缺失值，删除重复行，剔除 24 行',
    ],
    [
      '+ fill (age, a, b (c) and 2 more) (off), 1 row back',
      'recipe: fill missing values (age, a, b (c) and 2 more) (off), 1 row back',
      '处理步骤：填补缺失值（age, a, b (c) 及另外 2 列）（停用），恢复 1 行',
    ],
    [
      '+ yeo-johnson (off), − tf-idf (off) , trim changed',
      'recipe: + yeo-johnson (off), − tf-idf (off) , trim changed',
      '处理步骤：+ yeo-johnson (off), − tf-idf (off) , trim changed',
    ],
    [
      '+ drop (off) (off), − case, trim (a) changed, bins off, log on, order changed',
      'recipe: drop columns (off) (off), without “Letter case”, “Tidy spaces” (a) changed, “Bins” switched off, “Logarithm” switched on, another order',
      '处理步骤：删除列（off）（停用），去掉“大小写”，修改“整理空格”（a），停用“分箱”，启用“对数”，调整顺序',
    ],
    [
      '+ copies: 8 of 10 images, 3 left out by copies, 1 copy by rebalance',
      'recipe: drop copies, 8 of 10 samples, 3 left out by “Drop copies”, 1 copy by “Rebalance classes”',
      '处理步骤：删除重复样本，10 个样本中的 8 个，“删除重复样本”剔除 3 个，“平衡类别”新增 1 个副本',
    ],
    [
      '+ rebalance: all 1200 sounds',
      'recipe: rebalance classes, all 1,200 samples',
      '处理步骤：平衡类别，全部 1,200 个样本',
    ],
  ])('tells the change of a recipe "%s" in the window\'s language', (change, en, zh) => {
    locale.choice = 'en';
    expect(changeWords(`recipe: ${change}`)).toBe(en);
    locale.choice = 'zh-CN';
    expect(changeWords(`recipe: ${change}`)).toBe(zh);
    locale.choice = 'system';
  });
});
