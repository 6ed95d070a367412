/**
 * ISO 4217 minor digits, our own table. The platform's Intl tables give 0 for HUF, IDR, COP, IQD
 * and others, which is how cash is counted and not how the standard or an ERP keeps accounts.
 */
import { kernelErrors } from "./errors.ts";

const TWO =
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG";
const ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE = "BHD IQD JOD KWD LYD OMR TND";

const DIGITS = new Map<string, number>([
  ...TWO.split(" ").map((code) => [code, 2] as const),
  ...ZERO.split(" ").map((code) => [code, 0] as const),
  ...THREE.split(" ").map((code) => [code, 3] as const),
  ["CLF", 4],
  ["UYW", 4],
]);

/** Digits after the point. Throws E_MONEY_CURRENCY_UNKNOWN; codes are upper case. */
export function minorDigits(currency: string): number {
  const digits = DIGITS.get(currency);
  if (digits === undefined) throw kernelErrors.E_MONEY_CURRENCY_UNKNOWN({ currency });
  return digits;
}

export function isCurrency(code: string): boolean {
  return DIGITS.has(code);
}
