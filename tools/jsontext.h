/* Texts as JSON writes them. */
#ifndef TOOLS_JSONTEXT_H
#define TOOLS_JSONTEXT_H

#include "memory.h"

/* Appends the text in quotes, escaped; what is not UTF-8 becomes U+FFFD. */
void jsontext_put(buffer *out, prm_text text);

#endif
