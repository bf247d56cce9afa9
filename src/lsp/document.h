/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents that are open in an editor: their texts as the editor has them now, saved or not.
 *
 *     struct documents all;
 *     documents_init(&all);
 *     r = documents_open(&all, uri, language_id, text, version, &document, err);
 *     r = document_change(document, POSITION_UTF16, &range, text, &budget, err);
 *     document_replace(document, text, err);
 *     documents_close(&all, document);
 *
 * Which language a document is of is said by the editor's language id (dockerfile, dockercompose,
 * docker-compose, yaml.docker-compose), else seen by name and content, as it is for files.
 *
 * A document is `lost` when a change of it could not be followed: nothing is said of its text then
 * but this, until the editor sends all of it.
 *
 * Ownership: documents own their texts; assessments belong to them. Threads: one.
 * Errors: ERR_LIMIT (lsp_documents, lsp_document_bytes, lsp_change_bytes), ERR_FORMAT (a range that
 * ends before it starts), ERR_NOMEM.
 */
#pragma once

#include "check/language.h"
#include "lsp/position.h"

struct assessment;
struct check;

struct range {
	struct position start, end;
};

struct document {
	char *uri;
	char *path; /* of a file, absolute; NULL: it is none */
	char *name; /* what its language is seen by: the path, or the last part of the address */
	struct strbuf text;
	int64_t version;
	const struct language *language; /* said by the editor; NULL: seen */
	bool is_lost;
	char *lost_why;
	struct assessment *found; /* of the text as it is; NULL: not checked yet */
	struct check *check;	  /* that runs; NULL: none */
	uint64_t due_ms;	  /* when to check it; 0: nothing to do */
	uint64_t serial;	  /* names what was found, for those who ask again */
};

struct documents {
	struct vec list; /* struct document * */
};

void documents_init(struct documents *all);
void documents_done(struct documents *all); /* checks must have ended */

struct document *documents_find(const struct documents *all, struct str uri);
struct document *documents_at(const struct documents *all, size_t i); /* NULL behind the last */

/* What is new of an address that is open already replaces it. */
int documents_open(struct documents *all, struct str uri, struct str language_id, struct str text,
		   int64_t version, struct document **ret, struct err *err);
void documents_close(struct documents *all, struct document *d);

/* budget: bytes that the changes of one message may still move. */
int document_change(struct document *d, enum position_encoding encoding, const struct range *range,
		    struct str text, uint64_t *budget, struct err *err);
int document_replace(struct document *d, struct str text, struct err *err);

/* From here on its text is not what the editor has. */
void document_lose(struct document *d, const char *why);

/* As lint sees it; no files beside. The language is NULL when there are no rules for it. */
struct source_file document_source(const struct document *d);
