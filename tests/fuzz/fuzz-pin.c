/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Dockerfile, Compose or Kubernetes file (the first byte says which) whose images are pinned by a
 * registry that has everything. Whatever the bytes are: pins are applied or refused; what was
 * written is only digests and their tags; once pinned, a file stays as it is.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/pin.h"

#define ARENA_BYTES ((size_t)256 << 20)
#define SHA	    "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int ask(void *context, struct str image, char ret_digest[DIGEST_TEXT_MAX], struct err *err)
{
	(void)context;
	(void)image;
	(void)err;
	memcpy(ret_digest, SHA, sizeof SHA);
	return 0;
}

/* The text without what pins write is the text that was. */
static void check_kept(const struct pins *pins, struct str before, struct str after)
{
	size_t at = 0, n_edits;
	struct edits edits;

	edits_init(&edits);
	require(pins_edit(pins, 0, SIZE_MAX, &edits, &n_edits, NULL) == 0);
	for (size_t i = 0; i < edits.list.n; i++) {
		const struct edit *e = vec_at(&edits.list, i);
		size_t n = e->start - at;

		require(e->start == e->end && e->end <= before.n);
		require(str_eq(str_sub(before, at, n), str_sub(after, 0, n)));
		after = str_skip(after, n);
		require(str_has_prefix(after, e->text));
		after = str_skip(after, e->text.n);
		at = e->end;
	}
	require(str_eq(str_skip(before, at), after));
	edits_done(&edits);
}

/* How many images were pinned; out is the text then. */
static size_t pin(const struct source_file *file, struct strbuf *out)
{
	struct pin_lookup *lookup = NULL;
	struct arena arena;
	struct pins pins = {0};
	size_t n = 0;

	arena_init(&arena, ARENA_BYTES);
	if (pin_lookup_new(&(struct pin_lookup_options){.ask = ask}, &lookup, NULL) == 0 &&
	    pins_plan(file, &(struct pin_options){.frontends = true}, lookup, &arena, &pins,
		      NULL) == 0 &&
	    pin_lookup_run(lookup, NULL) == 0 && pins_settle(&pins, lookup, &arena, NULL) == 0) {
		if (pins_apply(&pins, out, &n, NULL) == 0)
			check_kept(&pins, file->bytes, strbuf_str(out));
		else
			n = 0;
	}
	pin_lookup_free(lookup);
	arena_done(&arena);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"Dockerfile", "compose.yaml", "pod.json"};
	struct strbuf once = STRBUF_INIT((size_t)64 << 20), twice = STRBUF_INIT((size_t)64 << 20);
	struct source_file file = {0};

	if (size == 0)
		return 0;
	file.path = str_of(names[data[0] % ARRAY_LEN(names)]);
	file.bytes = str_make(data + 1, size - 1);
	if (pin(&file, &once)) {
		file.bytes = strbuf_str(&once);
		require(pin(&file, &twice) == 0);
	}
	strbuf_done(&once);
	strbuf_done(&twice);
	return 0;
}
