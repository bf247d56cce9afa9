/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that an analysis wants, but whose bytes the one pass over the layers did not keep, because
 * their names told nothing: only a link leads to them.
 *
 *     second_look_find(&merge, records, index, &s, err);      s.files.n is 0: nearly always
 *     second_look_read(&s, read, context, &record, err);      their layers once more
 *     assemble(.. &s, &record ..); second_look_done(&s);
 *
 * Cases: var/lib/dpkg/status -> ../../../opt/status; etc/os-release -> odd; var/lib/rpm ->
 * /opt/rpm; a hard link to a file of another name, in its layer or a lower one; a directory below
 * which a layer's entries were moved (image/merge.h); a write-ahead log in another layer than its
 * database. Where both names are read anyway (usr-merge, etc/os-release -> ../usr/lib/os-release)
 * there is nothing to do. The candidates are the links that analysis.c notes, so an image without
 * them costs nothing, and one without files behind them a few look-ups.
 *
 * Ownership: all slices live in s->arena. Limits: linked_files; capture_bytes for a layer and for
 * all together. Errors: ERR_NOMEM, those of `read`.
 */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "image/merge.h"
#include "scan/layer_record.h"
#include "scan/path_index.h"

struct linked_file {
	struct str path;   /* where it is wanted */
	struct str stored; /* where its bytes are in the layer's archive */
	size_t layer;	   /* that has the bytes */
	size_t changed; /* that last changed what is read: of a log and its database the upper one
			 */
	bool is_read;
};

struct second_look {
	struct arena arena;
	struct vec files;   /* struct linked_file, sorted by layer, then path */
	struct map by_path; /* struct linked_file *, once sorted */
	uint64_t n_left_out;
	struct err refused; /* why a layer could not be read again; ERR_OK: all could */
};

int second_look_find(const struct merge *m, const struct layer_record *const *records,
		     const struct path_index *index, struct second_look *ret, struct err *err);
void second_look_done(struct second_look *s); /* accepts a zeroed one */

/*
 * Reads the layer again with that index into *ret_record. ERR_UNSUPPORTED: it cannot be read twice;
 * the files are then left unread and s->refused says so.
 */
typedef int second_look_fn(void *context, size_t layer, const struct path_index *index,
			   struct strbuf *ret_record, struct err *err);

/* *ret_record: what the readers say of all these files, each under its wanted path. */
int second_look_read(struct second_look *s, const struct path_index *index, second_look_fn *read,
		     void *context, struct strbuf *ret_record, struct err *err);

const struct linked_file *second_look_at(const struct second_look *s, struct str path);
