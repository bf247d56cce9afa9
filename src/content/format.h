/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A format that has something inside, and what its reader reads with and tells by.
 *
 * To add one: a file content/formats/<id>.c with a descriptor, a line in content_format_list.def,
 * tests in tests/unit/content/, a line in content.h.
 *
 *     static int read(struct source *s, struct str whole, struct err *err)
 *     {
 *             while (source_fill(s) > 0) {                  bytes in s->ahead
 *                     ... s->ahead = str_skip(s->ahead, used);
 *             }
 *             r = source_walk(s, &(struct member){name, "zip", size, stream});     a part inside
 *     }
 *     const struct content_format content_format_tar = {.id = "tar", .is = is, .read = read};
 *
 * The watcher sees the bytes of a part on their way to the reader. What a reader leaves is read to
 * its end behind it. A reader returns 0, or a negative code with the reason in err, which is told
 * as a problem of the part; it goes on behind a broken member where it can.
 * Negative codes of source_walk and text_part_* are passed on as they are: everything stops then.
 */
#pragma once

#include "base/strbuf.h"
#include "content/content.h"

#define SOURCE_BYTES ((size_t)64 << 10)
#define SOURCE_BACK  8 /* bytes that a reader may give back */

/* One stream on its way: the file, a member, what was packed. */
struct source {
	struct stream stream; /* for readers that pull: gives what source_fill gives */
	struct content *content;
	struct source *outer; /* NULL: the file */
	struct stream *in;
	struct str ahead;    /* read and told, not yet taken */
	uint64_t size;	     /* as declared; UINT64_MAX: unknown */
	unsigned level;	     /* how many sources are around it */
	unsigned depth;	     /* how many parts are around it */
	size_t n_outer_path; /* of the path: what is before its name */
	size_t n_path;
	bool is_part; /* it was begun: no tar in a tar.gz */
	void *cookie; /* NULL: its bytes are not wanted */
	bool is_ended;
	struct err broken;  /* of the stream below; told by who opened it */
	struct strbuf held; /* all of it, for formats that need that */
	size_t n_memory;    /* of content_memory_bytes */
	char buf[SOURCE_BACK + SOURCE_BYTES];
};

/* A part inside. */
struct member {
	struct str name;       /* empty, with may_merge: that of what packs it */
	const char *container; /* the format */
	uint64_t size;	       /* UINT64_MAX: unknown */
	struct stream *in;     /* stays the reader's */
	bool may_merge;	       /* when it is an archive, its members are those of what packs it */
};

struct content_format {
	const char *id;	 /* "zip" */
	bool is_archive; /* of files, front to back; see may_merge */
	/*
	 * The reader needs all of it at once: it is given `whole`. memory: how many times its size
	 * that takes, the copy itself included. 0: it reads from the source.
	 */
	unsigned memory;
	bool reads_both; /* without enough memory it reads from the source */
	bool (*is)(const struct source *s, struct str head);
	int (*read)(struct source *s, struct str whole, struct err *err);
};

/* 1: there are bytes in s->ahead; 0: the end; negative: s->broken, or everything stops. */
int source_fill(struct source *s);
/* The last n bytes that were taken, at most SOURCE_BACK, come again. */
void source_back(struct source *s, size_t n);

/* Copies the next n bytes, or passes over them; how many there were. */
size_t source_take(struct source *s, char *to, size_t n);
uint64_t source_skip(struct source *s, uint64_t n);

/* The next bytes of a source as a stream of their own, for a member that is stored as it is. */
struct slice_stream {
	struct stream stream;
	struct source *source;
	uint64_t left; /* bytes; there must be as many */
};

struct slice_stream slice_stream_make(struct source *s, uint64_t n);

/* The last of its path, or the file's whole path; until the next call of anything here. */
struct str source_name(const struct source *s);

/* Reads one part and all inside to its end. Negative: everything stops. */
int source_walk(struct source *outer, const struct member *m);

/* Told of the part itself, or of a member that cannot be walked. Negative: everything stops. */
int source_problem(struct source *s, const struct err *what);
int source_problem_of(struct source *s, struct str member, const struct err *what);

/* Counts bytes that were made; ERR_LIMIT ends all that is inside the file. */
int content_spend(struct content *c, uint64_t n, struct err *err);
int source_spend(struct source *s, uint64_t n); /* the same; tells it */
/* Of the memory that all containers in each other have; ERR_LIMIT. Released with the source. */
int source_take_memory(struct source *s, size_t n, struct err *err);
size_t content_memory_left(const struct content *c);

/*
 * Text that a format packs away, as a part of the form CONTENT_TEXT.
 *
 *     r = text_part_open(&t, s, STR("constants"), "Python bytecode");
 *     r = text_part_add(&t, bytes);                       any bytes; what is no UTF-8 is replaced
 *     r = text_part_close(&t, true);
 *
 * Nothing begins before there is some text. Negative: everything stops, or t.failed: its limit.
 */
struct text_part {
	struct source *part; /* NULL: as deep as it may be, nothing is told */
	bool is_begun;
	size_t n; /* bytes in part->buf */
	const char *container;
};

int text_part_open(struct text_part *t, struct source *outer, struct str name,
		   const char *container);
int text_part_add(struct text_part *t, struct str bytes);
int text_part_addc(struct text_part *t, char c);
int text_part_close(struct text_part *t, bool is_whole);

/* Parts are begun and ended by these; for text_part.c. */
int source_enter(struct source *outer, const struct member *m, struct source **ret);
int source_begin(struct source *s, enum content_form form, const char *container, struct str head);
int source_tell(struct source *s, struct str bytes);
int source_leave(struct source *s, bool is_whole);
