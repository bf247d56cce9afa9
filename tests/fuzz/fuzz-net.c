/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text that registries and users hand to net/ and image/: the first byte chooses.
 *
 *     r  an image reference: an accepted one is written, and read again as the same
 *     c  a WWW-Authenticate field      h  header fields of an answer      b  base64
 */
#include <assert.h>

#include "base/cleanup.h"
#include "codec/base64.h"
#include "image/reference.h"
#include "net/challenge.h"
#include "net/http_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_reference(struct str text, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf first = STRBUF_INIT(4096);
	CLEANUP(strbuf_done) struct strbuf second = STRBUF_INIT(4096);
	struct reference ref, again;

	if (reference_parse(text, a, &ref, NULL) < 0)
		return;
	reference_format(&ref, &first);
	assert(reference_parse(strbuf_str(&first), a, &again, NULL) == 0);
	reference_format(&again, &second);
	assert(str_eq(strbuf_str(&first), strbuf_str(&second)));
}

static void check_challenge(struct str text, struct arena *a)
{
	struct challenge c;
	size_t n = text.n + 1;

	while (n > text.n && challenge_pull(&text, a, &c, NULL) > 0)
		n = text.n + 1; /* each takes at least a byte: it ends */
}

static void check_headers(struct str text)
{
	struct str value;
	uint64_t first, size;
	int64_t when;

	if (http_header_find(text, "Retry-After", 0, &value))
		(void)http_retry_after_parse(value, 0, &size); /* false is fine */
	if (http_header_find(text, "Content-Range", 0, &value) &&
	    http_content_range_parse(value, &first, &size))
		assert(first < size);
	(void)http_date_parse(text, &when); /* as above */
	assert(http_url_shown(text).n <= text.n + 40);
}

static void check_base64(struct str text)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(text.n);
	CLEANUP(strbuf_done) struct strbuf again = STRBUF_INIT(2 * text.n + 4);

	if (base64_decode(text, BASE64_URL, &plain, NULL) < 0)
		return;
	assert(base64_encode(strbuf_str(&plain), BASE64_URL, &again, NULL) == 0);
	assert(str_has_prefix(text, strbuf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make(data, size), text = str_skip(bytes, 1);
	struct arena a;

	if (size == 0 || size > 65536)
		return 0;
	arena_init(&a, 1 << 24);
	switch (data[0]) {
	case 'r':
		check_reference(text, &a);
		break;
	case 'c':
		check_challenge(text, &a);
		break;
	case 'h':
		check_headers(text);
		break;
	case 'b':
		check_base64(text);
		break;
	}
	arena_done(&a);
	return 0;
}
