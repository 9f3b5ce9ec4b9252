/* An explanation as a text that can be sent to a partner. */
#ifndef TOOLS_EXPLAINTEXT_H
#define TOOLS_EXPLAINTEXT_H

#include "explainwords.h"

/* Appends it to `out`, whole lines. */
void explaintext_write(buffer *out, const prm_program *program, const prm_explanation *explanation,
                       explain_language language);

#endif
