/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A watcher that writes down what it is told, on one line:
 *
 *     [a.gz #[a.gz!/a text]]      # a packed part, whose bytes are compared with the file's
 *     [...                        ends in "..." instead of "]" when not all of it came
 *     !a.gz: message!             a problem
 */
#pragma once

#include "base/memory_stream.h"
#include "base/strbuf.h"
#include "content/content.h"
#include "tests/unit/test.h"

struct diary {
	struct strbuf text;
	int n_open, n_problems;
	int fails_at;	  /* the call that fails, counted down; 0: none */
	uint64_t n_bytes; /* of all that is no packed part */
	bool is_large;	  /* the file is said to be too large for memory */
	bool is_quiet;	  /* what parts say is only counted */
};

struct diary_part {
	enum content_form form;
};

static int diary_fails(struct diary *d, struct err *err)
{
	if (d->fails_at && --d->fails_at == 0)
		return err_set(err, ERR_CANCELED, "the watcher has had enough");
	return 0;
}

static int diary_begin(void *context, const struct content_part *part, void **ret, struct err *err)
{
	struct diary *d = context;
	struct diary_part *p;

	if (diary_fails(d, err) < 0)
		return -ERR_CANCELED;
	p = malloc(sizeof *p);
	assert_non_null(p);
	assert_true(part->head.n <= CONTENT_HEAD_BYTES);
	strbuf_addf(&d->text, "[%.*s ", STR_FMT(part->path));
	if (part->form == CONTENT_PACKED)
		strbuf_addc(&d->text, '#');
	p->form = part->form;
	d->n_open++;
	*ret = p;
	return 0;
}

static int diary_data(void *context, void *cookie, struct str piece, struct err *err)
{
	const struct diary_part *p = cookie;
	struct diary *d = context;

	assert_true(piece.n > 0);
	if (p->form != CONTENT_PACKED) {
		d->n_bytes += piece.n;
		if (!d->is_quiet)
			strbuf_add(&d->text, piece);
	}
	return diary_fails(d, err);
}

static int diary_end(void *context, void *cookie, bool is_whole, struct err *err)
{
	struct diary *d = context;

	d->n_open--;
	strbuf_adds(&d->text, is_whole ? "]" : "...");
	free(cookie);
	return diary_fails(d, err);
}

static int diary_problem(void *context, struct str path, const struct err *what, struct err *err)
{
	struct diary *d = context;

	d->n_problems++;
	assert_int_not_equal(what->code, ERR_OK);
	assert_true(what->msg[0] != '\0');
	strbuf_addf(&d->text, "!%.*s: %s!", STR_FMT(path), what->msg);
	return diary_fails(d, err);
}

static const struct content_ops diary_ops = {diary_begin, diary_data, diary_end, diary_problem};

/* What is said of one file that comes in reads of so many bytes; 0: as many as are asked for. */
static inline int diary_read(struct diary *d, const char *path, struct str bytes, size_t most,
			     struct err *err)
{
	struct memory_stream in = memory_stream_make(bytes);
	struct content *c = NULL;
	int r;

	in.most = most;
	d->text.max = (size_t)64 << 20;
	assert_int_equal(content_new(&diary_ops, d, &c, NULL), 0);
	r = content_read(c, str_of(path), d->is_large ? UINT64_MAX - 1 : bytes.n, &in.stream, err);
	content_free(c);
	assert_int_equal(d->n_open, 0);
	return r;
}
