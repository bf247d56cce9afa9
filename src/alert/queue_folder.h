/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of a queue: its files, locks and names. Internal to alert/queue*.c.
 *
 *     r = folder_open(dir, &f, err);
 *     lock = folder_lock(&f, FOLDER_LOCK, wait_ms, err);     close it to let go
 */
#pragma once

#include "base/fd.h"
#include "base/vec.h"

#define FOLDER_LOCK   "lock"
#define FOLDER_SENDER "sender"
#define FOLDER_STATE  "state.json"

#define SPOOL_NAME_N  33 /* 16 digits of the time, '-', 16 random ones */
#define SPOOL_NAME    48

enum spool_file { SPOOL_FILE_ALERT, SPOOL_FILE_REFUSED, SPOOL_FILE_BROKEN, SPOOL_FILE_NONE };

struct folder {
	char *path;
	int fd;
};

struct folder_file {
	char name[SPOOL_NAME];
	enum spool_file kind;
	uint64_t bytes;
};

int folder_open(const char *dir, struct folder *ret, struct err *err);
void folder_done(struct folder *f);

/*
 * The descriptor that holds the lock, or -ERR_CANCELED when another process keeps it for longer
 * than wait_ms.
 */
int folder_lock(const struct folder *f, const char *name, unsigned wait_ms, struct err *err);

/* The files of alerts, sorted by name. What a killed process left half written is removed. */
int folder_list(const struct folder *f, struct vec *ret, struct err *err);

/* Refuses links and all that is no regular file of this user. */
int folder_read(const struct folder *f, const char *name, struct strbuf *ret, struct err *err);
int folder_write(const struct folder *f, const char *name, struct str bytes, struct err *err);

/* One that is there is replaced. */
int folder_rename(const struct folder *f, const char *name, const char *to, struct err *err);
int folder_remove(const struct folder *f, const char *name, struct err *err);
