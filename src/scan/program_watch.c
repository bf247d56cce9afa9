/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/program_watch.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/path.h"
#include "closure/program.h"

#define MANIFEST STR("!/META-INF/MANIFEST.MF")

enum part { PART_ELF = 1, PART_TEXT, PART_MANIFEST };

/* Of one layer: one file at a time, so that its buffers are used again and again. */
struct watch {
	struct watch_host *host;
	struct elf_reader *elf;
	struct program_draft draft;
	struct strbuf text;
	struct strbuf path; /* of the file */
	uint32_t node;
	enum part elf_cookie, text_cookie, manifest_cookie; /* what cookies point to */
};

static void watch_close(void *watch)
{
	struct watch *w = watch;

	elf_reader_free(w->elf);
	program_draft_done(&w->draft);
	strbuf_done(&w->text);
	strbuf_done(&w->path);
	free(w);
}

static int watch_open(const void *shared, struct watch_host *host, void **ret, struct err *err)
{
	struct watch *w = calloc(1, sizeof *w);
	int r;

	(void)shared;
	if (!w)
		return err_nomem(err);
	w->host = host;
	w->elf_cookie = PART_ELF;
	w->text_cookie = PART_TEXT;
	w->manifest_cookie = PART_MANIFEST;
	w->text = (struct strbuf)STRBUF_INIT(LIMIT_PROGRAM_TEXT_BYTES);
	w->path = (struct strbuf)STRBUF_INIT(LIMIT_PATH_BYTES);
	program_draft_init(&w->draft);
	r = elf_reader_new(&w->elf, err);
	if (r < 0)
		watch_close(w);
	else
		*ret = w;
	return r;
}

static int watch_file(void *watch, const struct tree_entry *e, uint32_t node, struct str path,
		      bool *ret_wanted, struct err *err)
{
	struct watch *w = watch;

	w->node = node;
	*ret_wanted = program_wants(path, e->mode, e->size);
	if (!*ret_wanted)
		return 0;
	strbuf_reset(&w->path);
	strbuf_add(&w->path, path);
	return strbuf_check(&w->path, err);
}

static bool is_jar(struct str path)
{
	return str_has_suffix(path, STR(".jar")) || str_has_suffix(path, STR(".war"));
}

static int watch_begin(void *watch, const struct content_part *part, void **ret_cookie,
		       struct err *err)
{
	struct watch *w = watch;

	(void)err;
	if (part->depth) {
		if (part->depth == 1 && str_has_suffix(part->path, MANIFEST)) {
			strbuf_reset(&w->text);
			*ret_cookie = &w->manifest_cookie;
		}
		return 0;
	}
	if (str_has_prefix(part->head, STR("\177ELF"))) {
		elf_reader_begin(w->elf);
		*ret_cookie = &w->elf_cookie;
	} else if (!is_jar(part->path) && part->form != CONTENT_PACKED &&
		   !memchr(part->head.p, '\0', part->head.n)) {
		strbuf_reset(&w->text);
		*ret_cookie = &w->text_cookie;
	}
	return 0;
}

/* Of a text that is too long, the front is looked at: a script's imports stand there. */
static int watch_data(void *watch, void *cookie, struct str piece, struct err *err)
{
	struct watch *w = watch;

	(void)err;
	if (*(enum part *)cookie == PART_ELF)
		elf_reader_data(w->elf, piece);
	else
		strbuf_add(&w->text, str_sub(piece, 0, w->text.max - w->text.n));
	return 0;
}

static int make_draft(struct watch *w, enum part part, bool is_whole)
{
	program_draft_reset(&w->draft);
	if (!is_whole || w->text.n == w->text.max)
		w->draft.program.flags |= PROGRAM_PARTIAL;
	switch (part) {
	case PART_ELF:
		if (!elf_reader_end(w->elf))
			return 0;
		w->draft.program.flags = is_whole ? 0 : PROGRAM_PARTIAL;
		program_of_elf(elf_reader_program(w->elf), &w->draft);
		return 1;
	case PART_TEXT:
		return program_of_text(strbuf_str(&w->path), strbuf_str(&w->text), &w->draft);
	case PART_MANIFEST:
		program_of_manifest(strbuf_str(&w->text), &w->draft);
		return 1;
	}
	return 0;
}

static int watch_end(void *watch, void *cookie, bool is_whole, struct err *err)
{
	struct watch *w = watch;
	int r = make_draft(w, *(enum part *)cookie, is_whole);

	if (r < 0)
		return err_nomem(err);
	if (r > 0)
		record_add_program(w->host->record, w->node, program_draft_bytes(&w->draft));
	return strbuf_check(w->host->record, err);
}

static int watch_finish(void *watch, const struct tree *tree, struct err *err)
{
	(void)watch;
	(void)tree;
	(void)err;
	return 0;
}

const struct watch_type program_watch = {
	.name = "programs",
	.open = watch_open,
	.file = watch_file,
	.begin = watch_begin,
	.data = watch_data,
	.end = watch_end,
	.finish = watch_finish,
	.close = watch_close,
};
