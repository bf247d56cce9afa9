/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was learned from one layer, as one run of bytes: made while the layer streams by, kept in
 * the cache, read in place.
 *
 *     record_begin(sb); record_add_*(sb, ...); record_end(sb, &facts, builder, err);
 *     layer_record_read(bytes, &rec, err);
 *     while (record_next(&items, arena, &item)) ...
 *
 * Ownership: a struct layer_record borrows the bytes; lists of an item live in the arena.
 * Format: docs/formats/layer-record.md. Native byte order: a cache is for one machine.
 */
#pragma once

#include "base/arena.h"
#include "codec/decompress.h"
#include "crypto/digest.h"
#include "image/tree.h"
#include "package/package.h"

/* Facts about the whole layer; fixed size, at the start of the record. */
struct layer_facts {
	struct digest_value blob; /* of the bytes as stored */
	struct digest_value diff; /* of the tar inside: the diff id */
	uint64_t blob_bytes;
	uint64_t tar_bytes;
	struct tree_stats stats;
	uint64_t n_left_out;  /* entries that could not be taken or read, told by problems */
	uint32_t compression; /* enum compression */
	uint32_t is_complete; /* 0: the tar ended in an error, told by a problem */
	uint32_t is_for_once; /* 1: another try may learn more: not for the cache */
	uint32_t reserved;    /* 0 */
};

enum record_kind {
	RECORD_DB, /* a package database was read; its packages follow */
	RECORD_PACKAGE,
	RECORD_FRAGMENT,
	RECORD_PROBLEM,
	RECORD_KEPT,	 /* a small file, whole */
	RECORD_LANGUAGE, /* a sign of language packages */
	RECORD_FILE,	 /* a file that rules look at: its mode, capabilities or place stands out */
	RECORD_LINK,	 /* a link where a wanted file or a directory above one could stand */
	RECORD_PROGRAM,	 /* what a file would need if it were run: closure/program.h */
	RECORD_SECRET,	 /* what secret/ found in a file: never the value */
	RECORD_WATCHED,	 /* how much a watch of file content has seen */
	RECORD_ELF,	 /* what stands out in the head of a program */
	RECORD_MALWARE,	 /* malware in a part of a file */
	RECORD_MALWARE_TALLY, /* how many files one engine looked at */
	RECORD_CONTENTS,      /* of large files: struct waste_content (waste/waste.h), by node */
};

/* A secret in a file, or in a part of it. */
struct record_secret {
	struct str rule;     /* its id */
	struct str inner;    /* of the part, behind the file's path: "!/etc/env"; may be empty */
	struct str redacted; /* secret/secret_fingerprint.h */
	struct str fingerprint;
	struct str key; /* that it is assigned to; may be empty */
	uint64_t line, column, offset, n_places;
	uint32_t permille; /* how sure, of 1000 */
};

/* What an engine says of a part of a file (malware/malware.h). */
struct record_malware {
	uint32_t engine;   /* enum malware_engine; the only one of a tally, with title: about it */
	uint32_t severity; /* enum severity */
	double confidence;
	struct str rule, title, source, detail, reference;
};

/* One item; the fields that its kind does not name are empty. */
struct record_item {
	enum record_kind kind;
	struct str parser;	     /* DB: reader id; PROBLEM, WATCHED: who; LANGUAGE: ecosystem */
	struct str path;	     /* DB, PROBLEM, KEPT, LINK; MALWARE: the part */
	uint32_t node;		     /* DB: the file's, if a later entry may have replaced it; FILE,
					SECRET, PROGRAM, MALWARE */
	bool is_whole;		     /* DB: read to its end; WATCHED: nothing was left out */
	struct err error;	     /* PROBLEM */
	struct str bytes;	     /* KEPT: content; LANGUAGE: see record_language_node;
					PACKAGE: the encoded form, for comparing; FILE: its capabilities;
					PROGRAM: see program_read */
	uint64_t uid, gid;	     /* FILE; MALWARE_TALLY: files, and how many of them failed */
	struct str mark;	     /* FILE: of its place; empty: none */
	struct package package;	     /* PACKAGE, FRAGMENT */
	struct record_secret secret; /* SECRET, of the file of that node */
	uint64_t n_parts;	     /* WATCHED: parts of files that parser looked into */
	struct record_malware malware;
};

struct layer_record {
	struct layer_facts facts;
	struct tree tree;
	struct str items;
};

void record_begin(struct strbuf *sb);
void record_add_db(struct strbuf *sb, struct str parser, struct str path, bool is_whole);
/* Says of the same item which node's it is; without this it is TREE_NONE: the last of its path. */
void record_set_node(struct strbuf *sb, size_t at, uint32_t node);
/* Turns is_whole off in the DB item that was added when the record was `at` bytes long. */
void record_mark_partial(struct strbuf *sb, size_t at);
void record_add_package(struct strbuf *sb, enum record_kind kind, const struct package *p);
void record_add_problem(struct strbuf *sb, struct str parser, struct str path,
			const struct err *what);
void record_add_kept(struct strbuf *sb, struct str path, struct str bytes);
void record_add_file(struct strbuf *sb, uint32_t node, const struct tree_entry *e, struct str mark);
void record_add_link(struct strbuf *sb, struct str path);
void record_add_program(struct strbuf *sb, uint32_t node, struct str bytes);
void record_add_secret(struct strbuf *sb, uint32_t node, const struct record_secret *secret);
void record_add_watched(struct strbuf *sb, struct str watch, uint64_t n_parts, bool is_whole);
void record_add_language(struct strbuf *sb, struct str ecosystem, const uint32_t *nodes, size_t n);
/* flags: enum elf_flag; of the item: n_parts, and parser and bytes. */
void record_add_elf(struct strbuf *sb, uint32_t node, uint32_t flags, struct str interpreter,
		    struct str runpath);
void record_add_malware(struct strbuf *sb, uint32_t node, struct str path,
			const struct record_malware *m);
void record_add_malware_tally(struct strbuf *sb, uint32_t engine, struct str about,
			      uint64_t n_files, uint64_t n_failed);

void record_add_contents(struct strbuf *sb, struct str contents);

/* Appends the frozen tree and completes the header. */
int record_end(struct strbuf *sb, const struct layer_facts *facts, struct tree_builder *b,
	       struct err *err);

/* Errors: ERR_FORMAT when it is no record, is damaged, or was made by another build. */
int layer_record_read(struct str bytes, struct layer_record *ret, struct err *err);

/* Takes the next item off *items; false at the end or when the arena is full (items->n > 0 then).
 */
bool record_next(struct str *items, struct arena *arena, struct record_item *ret);

/* The same for one kind; the others are passed over at no cost. */
bool record_next_of(struct str *items, struct arena *arena, enum record_kind kind,
		    struct record_item *ret);

/* The i-th node of a LANGUAGE item, in the order of the archive; TREE_NONE behind the last. */
uint32_t record_language_node(const struct record_item *item, size_t i);

/* Identifies the build whose records can be read: analyses and formats change between builds. */
uint64_t record_build_id(void);
