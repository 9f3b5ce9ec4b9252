/* currency: ISO 4217, list one, grouped by the digits of the minor unit. Codes that have
 * none at all (precious metals, test codes) are not money that a program pays. Codes
 * that were replaced lately are kept: programs outlive them. */
#include "compile/currency.h"

#include <string.h>

#define CURRENCY_CODE_SIZE 3

static const char *const currency_groups[] = {
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ",
    "",
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU "
    "UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ",
    "BHD IQD JOD KWD LYD OMR TND ",
    "CLF UYW ",
};

bool prm__currency_digits(const char *code, size_t size, uint32_t *digits)
{
    if (size != CURRENCY_CODE_SIZE)
        return false;
    for (uint32_t i = 0; i < sizeof currency_groups / sizeof currency_groups[0]; i++)
        for (const char *row = currency_groups[i]; *row != '\0'; row += CURRENCY_CODE_SIZE + 1)
            if (memcmp(row, code, CURRENCY_CODE_SIZE) == 0) {
                *digits = i;
                return true;
            }
    return false;
}
