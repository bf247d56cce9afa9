/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON report that is read back: whatever it holds, the result renders in every format, and a
 * report that was read, written and read again has the same findings.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "render/render.h"
#include "report/report_read.h"

#define OUTPUT_MAX 67108864

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct report *r, struct str json)
{
	CLEANUP(report_freep) struct report *again = NULL;

	assert(report_is_json(json));
	assert(report_read(json, &again, NULL) == 0);
	assert(again->findings.n == r->findings.n && again->packages.n == r->packages.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(report_freep) struct report *r = NULL;
	const struct render_options options = {.width = 60};

	if (size > 65536 || report_read(str_make(data, size), &r, NULL) < 0)
		return 0;
	for (size_t i = 0; renderers[i]; i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

		if (renderers[i]->render(r, &options, &out, NULL) < 0)
			continue;
		if (strcmp(renderers[i]->id, "json") == 0)
			check_again(r, strbuf_str(&out));
	}
	return 0;
}
