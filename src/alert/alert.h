/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert: somebody should know now. What happened to what, why, and what to do about it.
 *
 *     struct alert a = {.kind = STR("denied-image"), .severity = SEVERITY_HIGH, .time = now, ...};
 *     r = alert_name(&a, id, err);                          gives it an id of its own
 *     r = alert_write(&a, JSON_COMPACT, &out, err);         one document, plimsoll.alert/1
 *     alert_add_line(&a, &out);                             for people: one line, no line end
 *
 * Names come from images and registries, so everything that is written is made harmless: a text is
 * cut at alert_text_bytes, in JSON what is no UTF-8 is escaped, in lines and letters also control
 * characters and invisible ones.
 *
 * Ownership: slices borrow; alert_read borrows from the document.
 * Errors: ERR_FORMAT for a document that is none or says too little; those of the buffer.
 * Format: docs/formats/alert.md.
 */
#pragma once

#include "codec/json.h"
#include "codec/json_writer.h"
#include "report/finding.h"

#define ALERT_SCHEMA "plimsoll.alert/1"
#define ALERT_ID_N   32 /* hexadecimal digits */

struct alert {
	struct str id; /* ALERT_ID_N hexadecimal digits: the same however often it is sent */
	int64_t time;  /* unix seconds */
	enum severity severity;
	struct str kind;	  /* small letters, digits and '-': "denied-image" */
	struct str title;	  /* a few words */
	struct str subject;	  /* "registry.example.com/app:1.4" */
	struct str digest;	  /* of it, "sha256:..."; may be empty */
	struct str reason;	  /* stable words: ids of rules, of checks; may be empty */
	struct str why, remedy;	  /* a sentence each; may be empty */
	struct str command, host; /* who says so: "check", and on which machine */
	uint64_t repeats;	  /* the same again since it was last sent, held back */
	uint64_t dropped;	  /* others lost before it because the queue was full */
};

/* A new id, random; it lives in the buffer. */
int alert_name(struct alert *a, char buf[ALERT_ID_N + 1], struct err *err);

int alert_write(const struct alert *a, enum json_layout layout, struct strbuf *out,
		struct err *err);
void alert_put(const struct alert *a, struct json_writer *w); /* as a value of another document */
int alert_read(const struct json *doc, struct alert *ret, struct err *err);

/* 64 hexadecimal digits that two alerts share when they say the same of the same. */
#define ALERT_KEY_N 64
int alert_key(const struct alert *a, struct str salt, char ret[ALERT_KEY_N + 1], struct err *err);

/* "high: denied image: app:1.4 (sha256:..): why; remedy (3 times more since the last)" */
void alert_add_line(const struct alert *a, struct strbuf *out);
/* The same and all the rest, a line each. */
void alert_add_letter(const struct alert *a, struct strbuf *out);

/* Appends at most max bytes of a harmless form of s; "..." ends one that was cut. */
void alert_add_text(struct strbuf *out, struct str s, size_t max);
/* The longest part that does not end within a character. */
struct str alert_cut(struct str s, size_t max);
