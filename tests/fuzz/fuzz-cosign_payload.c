/* SPDX-License-Identifier: Apache-2.0 */
/* What cosign signs: read, and written again from what was read. */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "trust/cosign/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cosign_payload_done) struct cosign_payload p = {0};
	CLEANUP(cosign_payload_done) struct cosign_payload again = {0};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct err err = {0};

	if (cosign_payload_parse(str_make(data, size), &p, &err) < 0)
		return 0;
	(void)cosign_payload_says(&p, STR("env"), STR("prod"));
	if (cosign_payload_write(p.reference, p.digest, NULL, 0, &out, &err) < 0)
		return 0;
	if (cosign_payload_parse(strbuf_str(&out), &again, &err) < 0 ||
	    !str_eq(p.digest, again.digest) || !str_eq(p.reference, again.reference))
		abort();
	return 0;
}
