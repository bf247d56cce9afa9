/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in what an image says of itself: variables, labels, annotations, commands, the health
 * check, triggers (ONBUILD), every step of its history with its build arguments and comments.
 *
 *     r = secret_image(watching, report, err);      after the scan, before anything judges it
 *     ...rules about images...
 *     r = secret_image_join(watching, report, err);
 *
 * What is found becomes findings, of the step of the history where the secret came in if that can
 * be told; the same secret in several places is one finding that names them. Then the values are
 * replaced in the report by their redacted form: no rule, no output sees them.
 *
 * The rules about images know secrets by the names of files and variables. Where a secret was
 * really found, the finding by name goes away: one thing is told once. The value of a variable that
 * only its name gives away is taken out of the report as well.
 *
 * Errors: ERR_NOMEM, ERR_LIMIT (findings).
 */
#pragma once

#include "report/report.h"
#include "scan/secret_watch.h"

int secret_image(const struct secret_watching *watching, struct report *report, struct err *err);
int secret_image_join(const struct secret_watching *watching, struct report *report,
		      struct err *err);
