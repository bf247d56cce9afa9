/* SPDX-License-Identifier: Apache-2.0 */
/* A Compose file, or a Kubernetes manifest, as its first byte says: its facts, judged by all rules.
 */
#include "lint_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf fixed = STRBUF_INIT(LIMIT_ARENA_BYTES);
	struct source_file f = {.is_example = true};

	if (size < 1 || size > INPUT_MAX)
		return 0;
	f.path = data[0] % 2 ? STR("compose.yaml") : STR("manifest.yaml");
	f.bytes = str_make(data + 1, size - 1);
	lint_input_check(&f);
	(void)lint_input_fix(&f, &fixed); /* asserts */
	return 0;
}
