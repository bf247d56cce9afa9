/* SPDX-License-Identifier: Apache-2.0 */
/* A whole layer of any bytes through the three threads of layer_scan, to a report. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "scan/assemble.h"
#include "scan/layer_scan.h"
#include "tests/fuzz/memory_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(64 << 20);
	CLEANUP(report_freep) struct report *report = report_new();
	static struct path_index *index; /* of the process */
	struct scan_progress progress = {0};
	struct layer_record record;
	const struct layer_record *records[] = {&record};

	if (!report || (!index && path_index_new(&index, NULL) < 0))
		abort();
	if (layer_scan(memory_stream_new(str_make(data, size), SIZE_MAX),
		       &(struct scan_plan){.index = index}, &progress, &bytes, NULL) == 0) {
		if (layer_record_read(strbuf_str(&bytes), &record, NULL) < 0)
			abort(); /* what we wrote must be readable */
		if (assemble(records, 1, report, NULL) == 0)
			report_finish(report);
	}
	return 0;
}
