/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TZif, big-endian:
 *
 *     OFFSET  SIZE  DESCRIPTION
 *     0       4     "TZif"
 *     4       1     version: NUL, '2', '3', '4'
 *     20      4 x 6 counts: UT marks, standard marks, leap seconds, transitions, types, letters
 *     44            data: transitions' times (4 bytes each in the first block, 8 in the second),
 *                   their types (1), types (6: offset 4, is summer 1, name 1), letters, leap
 *                   seconds (time + 4), standard marks, UT marks
 *
 * From version 2 on a second header and block follow, then "\n" RULE "\n". The first block is for
 * readers of version 1 then.
 */
#include "expr/zone.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/map.h"
#include "expr/zone_rule.h"

#define NAME_MAX_BYTES 64
#define FOLDER_DEPTH   3 /* America/Argentina/Salta */
#define TYPES_MAX      256

struct zone {
	int64_t *times;	  /* transitions, rising */
	int32_t *offsets; /* from each on */
	size_t n;
	int32_t before; /* the first one */
	bool has_rule;	/* behind the last one; without it that one stays */
	struct zone_rule rule;
};

/* ---- fixed offsets ---- */

static bool two_digits(struct str s, size_t at, int32_t max, int32_t *ret)
{
	if (!char_is_digit(s.p[at]) || !char_is_digit(s.p[at + 1]))
		return false;
	*ret = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
	return *ret <= max;
}

bool zone_fixed_parse(struct str name, int32_t *ret_seconds)
{
	bool west = str_pull_prefix(&name, STR("-"));
	int32_t hours, minutes;

	if (!west && (name.n == 0 || str_is(name, "UTC"))) {
		*ret_seconds = 0;
		return true;
	}
	if (!west)
		(void)str_pull_prefix(&name, STR("+")); /* may be missing */
	if (name.n != 5 || name.p[2] != ':' || !two_digits(name, 0, 23, &hours) ||
	    !two_digits(name, 3, 59, &minutes))
		return false;
	*ret_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

/* ---- TZif ---- */

struct header {
	uint32_t n_ut, n_standard, n_leaps, n_times, n_types, n_letters;
	char version;
};

/* No count is larger than the file, so that sums of them cannot overflow. */
static bool pull_header(struct cursor *c, struct header *h)
{
	uint32_t *counts[] = {&h->n_ut,	   &h->n_standard, &h->n_leaps,
			      &h->n_times, &h->n_types,	   &h->n_letters};
	bool ok = str_is(cursor_take(c, 4), "TZif");

	h->version = (char)cursor_u8(c);
	(void)cursor_take(c, 15);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		*counts[i] = cursor_u32be(c);
		ok = ok && *counts[i] <= c->bytes.n;
	}
	return ok && !c->failed;
}

static void skip_data(struct cursor *c, const struct header *h, size_t time_size)
{
	(void)cursor_take(c, h->n_times * (time_size + 1) + h->n_types * (size_t)6 + h->n_letters +
				     h->n_leaps * (time_size + 4) + h->n_standard + h->n_ut);
}

static bool take_offsets(struct zone *z, struct str indexes, const int32_t *of_type, size_t n_types)
{
	for (size_t i = 0; i < z->n; i++) {
		size_t type = (unsigned char)indexes.p[i];

		if (type >= n_types)
			return false;
		z->offsets[i] = of_type[type];
	}
	return true;
}

static bool pull_data(struct cursor *c, const struct header *h, size_t time_size, struct zone *z)
{
	int32_t of_type[TYPES_MAX];
	struct str indexes;

	for (size_t i = 0; i < z->n; i++) {
		z->times[i] = time_size == 8 ? (int64_t)cursor_u64be(c)
					     : (int64_t)(int32_t)cursor_u32be(c);
		if (i && z->times[i] <= z->times[i - 1])
			return false;
	}
	indexes = cursor_take(c, z->n);
	for (size_t i = 0; i < h->n_types; i++) {
		of_type[i] = (int32_t)cursor_u32be(c);
		(void)cursor_take(c, 2);
		/* RFC 9636 allows 25 hours west and 26 east. */
		if (of_type[i] < -25 * 3600 || of_type[i] > 26 * 3600)
			return false;
	}
	(void)cursor_take(c, h->n_letters + h->n_leaps * (time_size + 4) + h->n_standard + h->n_ut);
	if (c->failed)
		return false;
	z->before = of_type[0];
	return take_offsets(z, indexes, of_type, h->n_types);
}

/* An empty rule says that nobody knows. */
static bool pull_footer(struct cursor *c, struct zone *z)
{
	struct str rest = cursor_take(c, cursor_left(c)), rule;

	if (!str_pull_prefix(&rest, STR("\n")) || !str_cut(rest, '\n', &rule, &rest))
		return false;
	z->has_rule = rule.n > 0;
	return !z->has_rule || zone_rule_parse(rule, &z->rule);
}

static bool parse_data(struct cursor *c, struct zone *z)
{
	size_t time_size = 4;
	struct header h;

	if (!pull_header(c, &h))
		return false;
	if (h.version != '\0') {
		skip_data(c, &h, time_size);
		time_size = 8;
		if (!pull_header(c, &h))
			return false;
	}
	if (h.n_types == 0 || h.n_types > TYPES_MAX)
		return false;
	z->n = h.n_times;
	z->times = calloc(z->n + 1, sizeof *z->times);
	z->offsets = calloc(z->n + 1, sizeof *z->offsets);
	if (!z->times || !z->offsets || !pull_data(c, &h, time_size, z))
		return false;
	return time_size == 4 || pull_footer(c, z);
}

static void zone_freep(struct zone **z)
{
	zone_free(*z);
}

int zone_parse(struct str tzif, struct zone **ret, struct err *err)
{
	CLEANUP(zone_freep) struct zone *z = calloc(1, sizeof *z);
	struct cursor c = cursor_make(tzif);

	if (!z)
		return err_nomem(err);
	if (!parse_data(&c, z)) {
		if (z->n && (!z->times || !z->offsets))
			return err_nomem(err);
		return err_set(err, ERR_FORMAT, "no time zone file (TZif): broken at offset %zu",
			       c.at);
	}
	*ret = TAKE(z);
	return 0;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->times);
	free(z->offsets);
	free(z);
}

int32_t zone_offset(const struct zone *z, int64_t unix_seconds)
{
	size_t low = 0, high = z->n;

	/* The number of transitions at or before the moment. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->times[middle] <= unix_seconds)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->n && z->has_rule)
		return zone_rule_offset(&z->rule, unix_seconds);
	return low ? z->offsets[low - 1] : z->before;
}

/* ---- files ---- */

/* Neither dots nor empty parts, so that a name cannot lead out of its folder. */
static bool is_name(struct str name)
{
	struct str part;

	if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[name.n - 1] == '/')
		return false;
	while (str_pull_until(&name, '/', &part)) {
		if (part.n == 0)
			return false;
		for (size_t i = 0; i < part.n; i++) {
			if (!char_is_alnum(part.p[i]) && !strchr("_+-", part.p[i]))
				return false;
		}
	}
	return true;
}

static int not_known(struct str name, const char *dir, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "time zone \"%.*s\" is not known (not in %s)",
		       STR_FMT(name), dir);
}

int zone_read(const char *dir, struct str name, struct zone **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_ZONE_BYTES);
	struct err why = {0};
	int r;

	if (!is_name(name))
		return err_set(err, ERR_FORMAT,
			       "\"%.*s\" is no time zone: expected UTC, +HH:MM or a name as "
			       "Europe/Berlin",
			       STR_FMT(str_sub(name, 0, NAME_MAX_BYTES)));
	strbuf_addf(&path, "%s/%.*s", dir, STR_FMT(name));
	if (str_has_prefix(name, STR("right/")))
		return not_known(name, dir, err); /* counts leap seconds */
	r = file_read(strbuf_cstr(&path), &bytes, &why);
	if (r == -ERR_NOT_FOUND)
		return not_known(name, dir, err);
	if (r == 0)
		r = zone_parse(strbuf_str(&bytes), ret, &why);
	if (r < 0)
		return err_set(err, why.code, "time zone \"%.*s\": %s", STR_FMT(name), why.msg);
	return 0;
}

/* Filled once under pthread_once, read-only afterwards. */
static struct {
	pthread_once_t once;
	struct map zones; /* name -> struct zone */
	struct err err;
} all = {.once = PTHREAD_ONCE_INIT};

static void closedirp(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir); /* nothing was written */
}

static void load_file(struct str name)
{
	CLEANUP(zone_freep) struct zone *z = NULL;
	CLEANUP(freep) char *kept = str_dup(name);

	if (!kept || zone_read(ZONE_DIR, name, &z, NULL) < 0)
		return; /* a list of countries, not a zone */
	if (map_put(&all.zones, str_make(kept, name.n), z) < 0)
		return;
	kept = NULL;
	z = NULL;
}

/* `prefix` is "" or "America/". Recurses FOLDER_DEPTH deep. */
static void load_folder(int dir_fd, struct str prefix, int depth)
{
	CLEANUP(closedirp) DIR *dir = fdopendir(dir_fd);
	struct dirent *entry;

	if (!dir) {
		fd_closep(&dir_fd);
		return;
	}
	while ((entry = readdir(dir))) {
		CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(NAME_MAX_BYTES + 1);
		int fd;

		strbuf_add(&name, prefix);
		strbuf_adds(&name, entry->d_name);
		if (name.error || !is_name(strbuf_str(&name)))
			continue;
		if (str_is(strbuf_str(&name), "right") || str_is(strbuf_str(&name), "posix"))
			continue; /* the same zones again */
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0) {
			load_file(strbuf_str(&name));
			continue;
		}
		strbuf_addc(&name, '/');
		if (depth < FOLDER_DEPTH)
			load_folder(fd, strbuf_str(&name), depth + 1);
		else
			fd_closep(&fd);
	}
}

static void load_all(void)
{
	int fd = open(ZONE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	map_init(&all.zones, LIMIT_ZONES);
	if (fd < 0)
		(void)err_set(&all.err, ERR_NOT_FOUND,
			      "there is no " ZONE_DIR ", so only UTC and fixed offsets are known: "
			      "apt-get install tzdata");
	else
		load_folder(fd, STR_NULL, 1);
}

int zone_load_all(struct err *err)
{
	(void)pthread_once(&all.once, load_all); /* cannot fail with a static once */
	if (all.err.code == ERR_OK)
		return 0;
	if (err)
		*err = all.err;
	return -(int)all.err.code;
}

const struct zone *zone_find(struct str name)
{
	return map_get(&all.zones, name);
}
