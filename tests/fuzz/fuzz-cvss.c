/* SPDX-License-Identifier: Apache-2.0 */
/* A vector is refused or has a score between 0.0 and 10.0. */
#include <stdint.h>
#include <stdlib.h>

#include "vuln/cvss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cvss c;

	if (cvss_parse(str_make(data, size), &c, NULL) == 0 && !(c.score >= 0 && c.score <= 10))
		abort();
	return 0;
}
