import type { PersonalKind } from '../../src-main/shared/privacy.ts';
import { m } from './messages.ts';

const kinds: Readonly<Record<PersonalKind, () => string>> = {
  email: m.personal_email,
  iban: m.personal_iban,
  'cn-id': m.personal_cn_id,
  'national-id': m.personal_national_id,
  ssn: m.personal_ssn,
  card: m.personal_card,
  ip: m.personal_ip,
  phone: m.personal_phone,
  name: m.personal_name,
};

/** Words for what people are known by. */
export const personalKindWord = (kind: PersonalKind): string => kinds[kind]();
