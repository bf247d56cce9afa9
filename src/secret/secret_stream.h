/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for secrets in a text that comes in pieces: a part of a file (content/content.h).
 *
 *     r = secret_reader_new(set, &key, &reader, err);                    one a thread
 *       r = secret_stream_begin(reader, &part, &stream, err);            each part
 *       r = secret_stream_data(stream, piece, err);
 *       r = secret_stream_end(stream, &finds, err);                      releases the stream
 *     secret_reader_free(reader);
 *
 * Parts may stand within each other, so several streams of one reader can be open. Each block of
 * SECRET_BLOCK bytes is scanned once it is full, with an overlap, so that what stands on the border
 * of two is seen whole; a part that comes in one piece is not copied. Text or binary is decided
 * block by block: in binary data only what says itself what it is, is looked for. What a format
 * packs (CONTENT_PACKED) counts as binary.
 *
 * A find holds nothing of the value but its redacted form and its fingerprint. Equal secrets of one
 * part are one find, at the first place.
 *
 * Ownership: finds are the reader's, until its next end; all it has seen of values is wiped when
 * it is freed. Threads: a reader is one thread's, set and key are shared. Errors: ERR_NOMEM.
 * Limits: secret_finds of one part, and those of secret_scan: is_cut tells that there may be more.
 */
#pragma once

#include "content/content.h"
#include "secret/secret_fingerprint.h"
#include "secret/secret_set.h"
#include "secret/secret_verify.h"

#define SECRET_BLOCK   ((size_t)1 << 20)
#define SECRET_OVERLAP ((size_t)8 << 10)
#define SECRET_KEY_MAX 64

struct secret_find {
	const struct secret_rule *rule;
	uint64_t line, column; /* from 1, in bytes; 0: no text, or too far from the line's begin */
	uint64_t offset;       /* of the value, in the part */
	uint64_t length;       /* of the value */
	uint64_t n_places;     /* of the same value in this part */
	double confidence;
	char redacted[SECRET_REDACTED_MAX];
	char fingerprint[SECRET_FINGERPRINT_MAX];
	char same[SECRET_FINGERPRINT_MAX]; /* of the value alone, whatever rule found it */
	char key[SECRET_KEY_MAX]; /* that it is assigned to; empty: none, or not to be shown */
};

struct secret_finds {
	const struct secret_find *p; /* by offset */
	size_t n;
	bool is_cut;
};

struct secret_reader;
struct secret_stream;

int secret_reader_new(const struct secret_set *set, const struct fingerprint_key *key,
		      struct secret_reader **ret, struct err *err);
/* Hands the values on to be verified: the one way on which they leave. */
void secret_reader_verify(struct secret_reader *reader, struct secret_verifier *verifier);
void secret_reader_free(struct secret_reader *reader);
void secret_reader_freep(struct secret_reader **reader);

int secret_stream_begin(struct secret_reader *reader, const struct content_part *part,
			struct secret_stream **ret, struct err *err);
int secret_stream_data(struct secret_stream *stream, struct str piece, struct err *err);
/* ret NULL: not wanted any more. */
int secret_stream_end(struct secret_stream *stream, struct secret_finds *ret, struct err *err);

/* A short text at once, as of an image's configuration: path tells what it is. */
int secret_read_text(struct secret_reader *reader, struct str path, struct str text,
		     struct secret_finds *ret, struct err *err);
