/**
 * The languages that a flow is gone through in: English, unless ATELIER_TEST_LOCALES names others ("en,zh-CN"). Between languages only words
 * differ, which unit tests hold to be there; the whole main job is gone through in both.
 */
export const locales = (process.env.ATELIER_TEST_LOCALES ?? 'en').split(',') as ('en' | 'zh-CN')[];
