/* SPDX-License-Identifier: Apache-2.0 */
/* Any file, looked into; its bytes come in pieces of a size that its last byte says;
 * its highest bit: it is said to be too large for memory. */
#include "tests/fuzz/content_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	content_watch_read(str_make(data, size), size ? data[size - 1] % 64u : 0,
			   size && data[size - 1] > 127);
	return 0;
}
