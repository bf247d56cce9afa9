/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SBOM is read or refused with a reason; what was read is written as our own SBOM in both forms,
 * which must be read again with as many packages. As a report in JSON the input is only read.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "inventory/sbom/bom.h"
#include "render/render.h"
#include "report/report_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct report *report, const char *format)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_SBOM_BYTES);
	CLEANUP(report_freep) struct report *again = report_new();
	struct err err = {0};
	int r = renderer_find(str_of(format))
			->render(report, &(struct render_options){.width = 80}, &out, &err);

	if (r < 0 || !again)
		return;
	r = bom_read(strbuf_str(&out), again, &err);
	assert(r == 0);
	assert(again->packages.n == report->packages.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(report_freep) struct report *read = NULL;
	struct str in = str_make(data, size);
	struct err err = {0};

	if (!report)
		return 0;
	if (bom_read(in, report, &err) == 0) {
		report_finish(report);
		check_again(report, "cyclonedx-json");
		check_again(report, "spdx-json");
	} else {
		assert(err.msg[0]);
	}
	(void)bom_is_bom(in);
	err = (struct err){0};
	if (report_read(in, &read, &err) < 0)
		assert(err.msg[0]);
	return 0;
}
