/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes give entries whose text is UTF-8, or an error with a message; XML comes through here
 * too.
 */
#include <assert.h>

#include "codec/plist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int entry(void *ctx, struct str key, struct str value, struct err *err)
{
	(void)err;
	*(size_t *)ctx += key.n + value.n;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	size_t n = 0;

	if (plist_each(str_make(data, size), entry, &n, &err) < 0)
		assert(err.code != ERR_OK && err.msg[0]);
	return 0;
}
