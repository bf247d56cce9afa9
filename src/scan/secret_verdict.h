/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the providers say of the secrets that were found (secret/secret_verify.h), put into their
 * findings: a live one is critical and certain, a dead one negligible. Coverage says how many were
 * asked about.
 *
 *     r = secret_verdict(watching, report, err);       once all findings are there; it waits
 *
 * Nothing happens when the run has no verifier. Errors: ERR_NOMEM.
 */
#pragma once

#include "report/report.h"
#include "scan/secret_watch.h"

int secret_verdict(const struct secret_watching *watching, struct report *report, struct err *err);
