/* An explanation as rows: one for each fact. */
#ifndef TOOLS_EXPLAINSHEET_H
#define TOOLS_EXPLAINSHEET_H

#include "sheet.h"

void explainsheet_write(const prm_program *program, const prm_explanation *explanation, sheet_format format);

#endif
