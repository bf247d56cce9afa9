/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The browser of the layers: names of files from the input, then the rest of it as keys.
 *
 * Whatever both hold, what is sent to the terminal is UTF-8, and the only control bytes in it are
 * the ESC of our own sequences.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "browse/browser.h"

#define NAMES_MAX  4096 /* bytes of the input that are names, a line each */
#define OUTPUT_MAX (1u << 24)
#define STEP	   7 /* bytes of keys at a time, so that sequences come in pieces */

struct image {
	struct strbuf bytes[2];
	struct tree trees[2];
};

static void make_layer(struct image *image, size_t i, struct str names)
{
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	struct str line;
	struct cursor c;

	image->bytes[i] = (struct strbuf)STRBUF_INIT(OUTPUT_MAX);
	assert(tree_builder_new(&b, NULL) == 0);
	while (str_pull_line(&names, &line)) {
		struct tree_entry e = {.path = line, .type = NODE_FILE, .size = line.n};
		uint32_t node;

		if (line.n % 5 == 4) {
			e.type = NODE_SYMLINK;
			e.link = str_skip(line, 2);
		}
		(void)tree_add(b, &e, &node, NULL, NULL); /* unusable names are left out */
	}
	assert(tree_freeze(b, &image->bytes[i], NULL) == 0);
	c = cursor_make(strbuf_str(&image->bytes[i]));
	assert(tree_read(&c, &image->trees[i], NULL) == 0);
}

static void check_output(struct str out)
{
	assert(str_is_utf8(out));
	for (size_t i = 0; i < out.n; i++)
		assert((unsigned char)out.p[i] >= 0x20 ||
		       (out.p[i] == '\033' && i + 1 < out.n && out.p[i + 1] == '['));
}

static void type(struct browser *b, struct str keys)
{
	static const size_t sizes[][2] = {{80, 24}, {40, 9}, {19, 3}, {200, 50}};

	for (size_t i = 0; keys.n; i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		int r = browser_feed(b, str_sub(keys, 0, STEP), i % 3 == 0, NULL);

		assert(r >= 0);
		if (r == 0)
			return; /* the user has left */
		keys = str_skip(keys, STEP);
		browser_size(b, sizes[i % 4][0], sizes[i % 4][1]);
		assert(browser_draw(b, &out, NULL) == 0);
		check_output(strbuf_str(&out));
	}
}

static void browse(const struct browse_data *data, struct str keys)
{
	CLEANUP(browser_freep) struct browser *b = NULL;
	const struct browser_options options = {.color = true, .unicode = true};

	assert(browser_new(data, &options, &b, NULL) == 0);
	type(b, keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(report_freep) struct report *report = report_new();
	struct str in = str_make(data, size), names = str_sub(in, 0, size / 2);
	struct image image = {0};
	const struct tree *const trees[] = {&image.trees[0], &image.trees[1]};
	struct merge merge = {0};
	struct file_marks marks = {0};

	if (!report || size > (size_t)NAMES_MAX * 2)
		return 0;
	make_layer(&image, 0, str_sub(names, 0, names.n / 2));
	make_layer(&image, 1, names);
	for (size_t i = 0; i < 2; i++) {
		struct report_layer *l = vec_push(&report->layers);

		l->created_by = names;
	}
	report->image.name = names;
	assert(merge_init(&merge, trees, 2, NULL) == 0);
	assert(file_marks_make(report, &merge, &marks, NULL) == 0);
	browse(&(struct browse_data){report, &merge, &marks}, str_skip(in, names.n));
	file_marks_done(&marks);
	merge_done(&merge);
	strbuf_done(&image.bytes[0]);
	strbuf_done(&image.bytes[1]);
	return 0;
}
