/** Every sentence that people read: `m.key({ … })`, typed, in the language of `locale.current`. */
export { m } from '../../src-main/shared/messages/messages.js';
