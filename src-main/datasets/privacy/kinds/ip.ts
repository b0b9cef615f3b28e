import { isIPv6 } from 'node:net';
import { apart, matching, type Finder } from '../finder.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** No part of a longer dotted number, and none that is called a version. */
const version = '(?<!\\b(?:v|ver|version|rev|revision|release|build)[.: ]{0,2})';
const four = new RegExp(`(?<![\\w.])${version}${octet}(?:\\.${octet}){3}(?!\\w|\\.\\d|-[A-Za-z])`, 'gi');
/** The whole run of what an IPv6 address (RFC 4291) is written with. */
const six = /(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:(?:\.\d{1,3}){3})?(?![\w:])/g;

/** A first group of fewer than three digits is a time, a ratio or C++ more often than an address. */
const isSix = (text: string): boolean => isIPv6(text) && (/^[0-9A-Fa-f]{3,4}:/.test(text) || /^::ffff:/i.test(text));

export const ip: Finder = {
  find(text) {
    const fours = matching(text, four, () => true);
    return text.includes(':') ? apart([...fours, ...matching(text, six, isSix)]) : fours;
  },
  normal: (text) => text.toLowerCase(),
};
