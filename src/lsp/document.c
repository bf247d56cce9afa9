/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/document.h"

#include <stdlib.h>

#include "base/limits.h"
#include "lsp/assessment.h"
#include "lsp/uri.h"

#define SCORE_FOUND 50 /* as for files in a folder: by name, or surely by content */

void documents_init(struct documents *all)
{
	all->list = (struct vec)VEC_INIT(struct document *, LIMIT_LSP_DOCUMENTS);
}

static void document_free(struct document *d)
{
	if (!d)
		return;
	assessment_free(d->found);
	strbuf_done(&d->text);
	free(d->lost_why);
	free(d->name);
	free(d->path);
	free(d->uri);
	free(d);
}

void documents_done(struct documents *all)
{
	struct document *d;

	for (size_t i = 0; (d = documents_at(all, i)) != NULL; i++)
		document_free(d);
	vec_done(&all->list);
}

struct document *documents_at(const struct documents *all, size_t i)
{
	struct document **slot = vec_at(&all->list, i);

	return slot ? *slot : NULL;
}

struct document *documents_find(const struct documents *all, struct str uri)
{
	struct document *d;

	for (size_t i = 0; (d = documents_at(all, i)) != NULL; i++)
		if (str_is(uri, d->uri))
			return d;
	return NULL;
}

/* The names by which editors call them. */
static const struct language *language_said(struct str id)
{
	static const struct {
		const char *said, *is;
	} names[] = {
		{"dockerfile", "dockerfile"},	    {"containerfile", "dockerfile"},
		{"dockercompose", "compose"},	    {"docker-compose", "compose"},
		{"yaml.docker-compose", "compose"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(id, str_of(names[i].said)))
			return language_find(str_of(names[i].is));
	return NULL;
}

/* A document without a path has a name, so that its language can be seen. */
static int name_document(struct document *d, struct str uri, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	bool is_file = uri_path(uri, &sb, NULL) == 0;
	int r = 0;

	if (!is_file) {
		strbuf_reset(&sb);
		r = uri_name(uri, &sb, err);
	}
	if (r < 0)
		return r;
	if (is_file)
		d->path = str_dup(strbuf_str(&sb));
	d->name = str_dup(strbuf_str(&sb));
	return d->name && (d->path || !is_file) ? 0 : err_nomem(err);
}

static int make(struct str uri, struct document **ret, struct err *err)
{
	struct document *d = calloc(1, sizeof *d);
	int r;

	if (!d)
		return err_nomem(err);
	d->text = (struct strbuf)STRBUF_INIT(LIMIT_LSP_DOCUMENT_BYTES);
	d->uri = str_dup(uri);
	r = d->uri ? name_document(d, uri, err) : err_nomem(err);
	if (r < 0)
		document_free(d);
	else
		*ret = d;
	return r;
}

static int add(struct documents *all, struct str uri, struct document **ret, struct err *err)
{
	struct document **slot, *d = NULL;
	int r = make(uri, &d, err);

	if (r < 0)
		return r;
	slot = vec_push(&all->list);
	if (!slot) {
		document_free(d);
		return err_set(err, ERR_LIMIT, "more documents are open than lsp_documents (%d)",
			       (int)LIMIT_LSP_DOCUMENTS);
	}
	*slot = *ret = d;
	return 0;
}

int documents_open(struct documents *all, struct str uri, struct str language_id, struct str text,
		   int64_t version, struct document **ret, struct err *err)
{
	struct document *d = documents_find(all, uri);
	int r = d ? 0 : add(all, uri, &d, err);

	if (r < 0)
		return r;
	d->language = language_said(language_id);
	d->version = version;
	*ret = d;
	return document_replace(d, text, err);
}

void documents_close(struct documents *all, struct document *d)
{
	for (size_t i = 0; i < all->list.n; i++) {
		struct document **slot = vec_at(&all->list, i);

		if (*slot != d)
			continue;
		*slot = documents_at(all, all->list.n - 1);
		vec_cut(&all->list, all->list.n - 1);
		document_free(d);
		return;
	}
}

static void forget(struct document *d)
{
	assessment_free(d->found);
	d->found = NULL;
}

void document_lose(struct document *d, const char *why)
{
	forget(d);
	free(d->lost_why);
	d->lost_why = str_dup(str_of(why));
	d->is_lost = true;
}

static int check_size(const struct strbuf *text, struct err *err)
{
	if (text->error == ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "a document larger than lsp_document_bytes (%d)",
			       (int)LIMIT_LSP_DOCUMENT_BYTES);
	return strbuf_check(text, err);
}

int document_replace(struct document *d, struct str text, struct err *err)
{
	forget(d);
	strbuf_done(&d->text);
	d->text = (struct strbuf)STRBUF_INIT(LIMIT_LSP_DOCUMENT_BYTES);
	strbuf_add(&d->text, text);
	d->is_lost = false;
	return check_size(&d->text, err);
}

int document_change(struct document *d, enum position_encoding encoding, const struct range *range,
		    struct str text, uint64_t *budget, struct err *err)
{
	struct strbuf next = STRBUF_INIT(LIMIT_LSP_DOCUMENT_BYTES);
	struct str before = strbuf_str(&d->text);
	size_t start = position_offset(before, encoding, range->start);
	size_t end = position_offset(before, encoding, range->end);
	int r;

	if (end < start)
		return err_set(err, ERR_FORMAT, "a range that ends before it starts");
	if (before.n + text.n > *budget)
		return err_set(err, ERR_LIMIT,
			       "changes of one message move more than lsp_change_bytes (%d)",
			       (int)LIMIT_LSP_CHANGE_BYTES);
	*budget -= before.n + text.n;
	strbuf_add(&next, str_sub(before, 0, start));
	strbuf_add(&next, text);
	strbuf_add(&next, str_skip(before, end));
	r = check_size(&next, err);
	if (r < 0) {
		strbuf_done(&next);
		return r;
	}
	forget(d);
	strbuf_done(&d->text);
	d->text = next;
	return 0;
}

struct source_file document_source(const struct document *d)
{
	struct source_file f = {
		.path = str_of(d->name),
		.bytes = strbuf_str(&d->text),
		.language = d->language,
	};

	if (!f.language)
		f.language = language_of(&f);
	if (!d->language && f.language && f.language->score(&f) < SCORE_FOUND)
		f.language = NULL;
	return f;
}
