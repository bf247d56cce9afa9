/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/rpm_header.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "base/path.h"
#include "inventory/pkgdb/attributes.h"

enum rpm_type {
	RPM_NULL_TYPE,
	RPM_CHAR_TYPE,
	RPM_INT8_TYPE,
	RPM_INT16_TYPE,
	RPM_INT32_TYPE,
	RPM_INT64_TYPE,
	RPM_STRING_TYPE,
	RPM_BIN_TYPE,
	RPM_STRING_ARRAY_TYPE,
	RPM_I18NSTRING_TYPE,
};

/* The bounds of rpm itself (header.c): HEADER_TAGS_MAX, HEADER_DATA_MAX. */
enum { INTRO_BYTES = 8, ENTRY_BYTES = 16, TAGS_MAX = 0xffff, DATA_MAX = 0x0fffffff };

/* FILESTATES (rpmfiles.h) of paths that hold nothing of this package. */
enum { RPMFILE_STATE_REPLACED = 1, RPMFILE_STATE_NOTINSTALLED = 2, RPMFILE_STATE_WRONGCOLOR = 4 };

struct entry {
	uint32_t tag, type, offset, count;
	struct str data; /* from offset to the end of the store */
};

static uint32_t u32_at(struct str s, size_t at)
{
	struct cursor c = cursor_make(str_sub(s, at, 4));

	return cursor_u32be(&c);
}

static struct entry entry_at(struct str index, size_t i)
{
	struct cursor c = cursor_make(str_sub(index, i * ENTRY_BYTES, ENTRY_BYTES));
	struct entry e = {0};

	e.tag = cursor_u32be(&c);
	e.type = cursor_u32be(&c);
	e.offset = cursor_u32be(&c);
	e.count = cursor_u32be(&c);
	return e;
}

static bool is_region_tag(uint32_t tag)
{
	return tag == RPMTAG_HEADERIMAGE || tag == RPMTAG_HEADERSIGNATURES ||
	       tag == RPMTAG_HEADERIMMUTABLE;
}

/* The trailer repeats the region's entry with the size of its index, negated, as the offset. */
static int parse_region(struct rpm_header *h, struct err *err)
{
	struct entry region = entry_at(h->index, 0), trailer;
	size_t bytes;

	if (h->n_entries == 0 || !is_region_tag(region.tag))
		return 0;
	if (region.type != RPM_BIN_TYPE || region.count != ENTRY_BYTES)
		return err_set(err, ERR_FORMAT,
			       "region tag %" PRIu32 ": type %" PRIu32 ", count %" PRIu32,
			       region.tag, region.type, region.count);
	if (region.offset > h->store.n || h->store.n - region.offset < ENTRY_BYTES)
		return err_set(err, ERR_FORMAT,
			       "region trailer at offset %" PRIu32 " of a store of %zu bytes",
			       region.offset, h->store.n);
	trailer = entry_at(str_skip(h->store, region.offset), 0);
	if (region.offset == 0 && !is_region_tag(trailer.tag)) {
		h->n_region = h->n_entries; /* so rpm 3 said that all is in the region */
		return 0;
	}
	bytes = -(uint32_t)trailer.offset;
	if (bytes % ENTRY_BYTES != 0 || bytes == 0 || bytes / ENTRY_BYTES > h->n_entries)
		return err_set(err, ERR_FORMAT, "region of %zu index bytes, the header has %zu",
			       bytes, h->index.n);
	h->n_region = bytes / ENTRY_BYTES;
	return 0;
}

int rpm_header_parse(struct str blob, struct rpm_header *ret, struct err *err)
{
	struct cursor c = cursor_make(blob);
	uint32_t n_entries = cursor_u32be(&c), n_data = cursor_u32be(&c);
	struct rpm_header h = {.n_entries = n_entries};
	int r;

	if (c.failed)
		return err_set(err, ERR_FORMAT, "header of %zu bytes", blob.n);
	if (n_entries == 0 || n_entries > TAGS_MAX || n_data > DATA_MAX)
		return err_set(err, ERR_FORMAT,
			       "header claims %" PRIu32 " entries, %" PRIu32 " bytes of data",
			       n_entries, n_data);
	if (blob.n != INTRO_BYTES + (size_t)n_entries * ENTRY_BYTES + n_data)
		return err_set(err, ERR_FORMAT,
			       "header of %zu bytes claims %" PRIu32 " entries and %" PRIu32
			       " bytes of data",
			       blob.n, n_entries, n_data);
	h.index = cursor_take(&c, (size_t)n_entries * ENTRY_BYTES);
	h.store = cursor_take(&c, n_data);
	r = parse_region(&h, err);
	if (r < 0)
		return r;
	*ret = h;
	return 0;
}

static bool find_between(const struct rpm_header *h, uint32_t tag, size_t from, size_t to,
			 struct entry *ret)
{
	for (size_t i = from; i < to; i++)
		if (u32_at(h->index, i * ENTRY_BYTES) == tag) {
			*ret = entry_at(h->index, i);
			return true;
		}
	return false;
}

/* 1, 0 or ERR_FORMAT; an entry without values counts as absent. */
static int find(const struct rpm_header *h, enum rpm_tag tag, struct entry *ret, struct err *err)
{
	struct entry e;

	if (!find_between(h, tag, h->n_region, h->n_entries, &e) &&
	    !find_between(h, tag, 0, h->n_region, &e))
		return 0;
	if (e.count == 0)
		return 0;
	if (e.offset >= h->store.n)
		return err_set(err, ERR_FORMAT,
			       "tag %d at offset %" PRIu32 " of a store of %zu bytes", tag,
			       e.offset, h->store.n);
	e.data = str_skip(h->store, e.offset);
	*ret = e;
	return 1;
}

static bool pull_string(struct str *data, struct str *ret)
{
	size_t n = str_find_char(*data, '\0');

	if (n == data->n)
		return false;
	*ret = str_sub(*data, 0, n);
	*data = str_skip(*data, n + 1);
	return true;
}

int rpm_header_text(const struct rpm_header *h, enum rpm_tag tag, struct str *ret, struct err *err)
{
	struct entry e;
	int r = find(h, tag, &e, err);

	if (r <= 0)
		return r;
	if (e.type != RPM_STRING_TYPE && e.type != RPM_STRING_ARRAY_TYPE &&
	    e.type != RPM_I18NSTRING_TYPE)
		return err_set(err, ERR_FORMAT, "tag %d: type %" PRIu32 " where text belongs", tag,
			       e.type);
	if (!pull_string(&e.data, ret))
		return err_set(err, ERR_FORMAT, "tag %d: text without an end", tag);
	if (ret->n > LIMIT_FIELD_BYTES)
		return err_set(err, ERR_LIMIT, "tag %d: %zu bytes, more than field_bytes (%d)", tag,
			       ret->n, LIMIT_FIELD_BYTES);
	return 1;
}

/* Bytes of one number; 0: no number. */
static size_t number_bytes(uint32_t type)
{
	switch (type) {
	case RPM_CHAR_TYPE:
	case RPM_INT8_TYPE:
		return 1;
	case RPM_INT16_TYPE:
		return 2;
	case RPM_INT32_TYPE:
		return 4;
	case RPM_INT64_TYPE:
		return 8;
	default:
		return 0;
	}
}

static uint64_t number_at(const struct entry *e, size_t i)
{
	size_t size = number_bytes(e->type);
	struct cursor c = cursor_make(str_sub(e->data, i * size, size));

	return cursor_uint_(&c, size, true);
}

/* As find, and all of the values lie within the store. */
static int find_numbers(const struct rpm_header *h, enum rpm_tag tag, struct entry *ret,
			struct err *err)
{
	int r = find(h, tag, ret, err);
	size_t size;

	if (r <= 0)
		return r;
	size = number_bytes(ret->type);
	if (size == 0)
		return err_set(err, ERR_FORMAT, "tag %d: type %" PRIu32 " where numbers belong",
			       tag, ret->type);
	if (ret->data.n / size < ret->count)
		return err_set(err, ERR_FORMAT, "tag %d: %" PRIu32 " numbers in %zu bytes", tag,
			       ret->count, ret->data.n);
	return 1;
}

int rpm_header_number(const struct rpm_header *h, enum rpm_tag tag, uint64_t *ret, struct err *err)
{
	struct entry e;
	int r = find_numbers(h, tag, &e, err);

	if (r > 0)
		*ret = number_at(&e, 0);
	return r;
}

int rpm_header_bytes(const struct rpm_header *h, enum rpm_tag tag, struct str *ret, struct err *err)
{
	struct entry e;
	int r = find(h, tag, &e, err);

	if (r <= 0)
		return r;
	if (e.type != RPM_BIN_TYPE || e.data.n < e.count)
		return err_set(err, ERR_FORMAT,
			       "tag %d: type %" PRIu32 ", %" PRIu32 " of %zu bytes", tag, e.type,
			       e.count, e.data.n);
	*ret = str_sub(e.data, 0, e.count);
	return 1;
}

bool rpm_source_split(struct str sourcerpm, struct str *ret_name, struct str *ret_version)
{
	struct str s = sourcerpm, name, version, release;

	if (str_has_suffix(s, STR(".src.rpm")))
		s.n -= STR(".src.rpm").n;
	else if (str_has_suffix(s, STR(".nosrc.rpm")))
		s.n -= STR(".nosrc.rpm").n;
	else
		return false;
	if (!str_rcut(s, '-', &name, &release) || !str_rcut(name, '-', &name, &version))
		return false;
	if (name.n == 0 || version.n == 0 || release.n == 0)
		return false;
	*ret_name = name;
	*ret_version = str_skip(s, name.n + 1);
	return true;
}

/* The record being added: where it is, its name once known. */
struct record {
	struct rpm_records *recs;
	struct rpm_header h;
	struct package p;
	struct attributes attributes;
	const char *where;
};

/* A field that cannot be read is a problem of the record; 0 or what the sink says. */
static int report_field(struct record *rec, struct err *why)
{
	(void)err_wrap(why, 0, "%s: %.*s", rec->where, STR_FMT(rec->p.name));
	return pkg_sink_problem(rec->recs->sink, why);
}

static int text_field(struct record *rec, enum rpm_tag tag, struct str *ret)
{
	struct err why = {0};
	int r = rpm_header_text(&rec->h, tag, ret, &why);

	*ret = rpm_none(*ret);
	return r < 0 ? report_field(rec, &why) : 0;
}

/* 1: found, 0: not (reported when broken). */
static int number_field(struct record *rec, enum rpm_tag tag, uint64_t *ret)
{
	struct err why = {0};
	int r = rpm_header_number(&rec->h, tag, ret, &why);

	return r < 0 ? report_field(rec, &why) : r;
}

static int fill_version(struct record *rec, bool *ret_epoch_zero, struct err *err)
{
	struct pkg_sink *sink = rec->recs->sink;
	struct str version = STR_NULL, release = STR_NULL, dash = STR("");
	uint64_t epoch = 0;
	int r, has_epoch = number_field(rec, RPMTAG_EPOCH, &epoch);

	if (has_epoch < 0)
		return has_epoch;
	r = text_field(rec, RPMTAG_VERSION, &version);
	if (r == 0)
		r = text_field(rec, RPMTAG_RELEASE, &release);
	if (r < 0)
		return r;
	if (version.n == 0 || release.n == 0) {
		struct err why;

		(void)err_set(&why, ERR_FORMAT, "no %s", version.n ? "release" : "version");
		r = report_field(rec, &why);
		if (r < 0)
			return r;
	} else {
		dash = STR("-");
	}
	*ret_epoch_zero = has_epoch && epoch == 0;
	rec->p.version = epoch ? arena_strf(sink->scratch, "%" PRIu64 ":%.*s%s%.*s", epoch,
					    STR_FMT(version), dash.p, STR_FMT(release))
			       : arena_strf(sink->scratch, "%.*s%s%.*s", STR_FMT(version), dash.p,
					    STR_FMT(release));
	return rec->p.version.p ? 0 : err_nomem(err);
}

static void add_hex(struct attributes *a, const char *key, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	char text[32];
	size_t n = 0;

	for (size_t i = 0; i < bytes.n && n < sizeof text; i++) {
		text[n++] = digits[(unsigned char)bytes.p[i] >> 4];
		text[n++] = digits[(unsigned char)bytes.p[i] & 15];
	}
	attributes_add(a, key, str_make(text, n));
}

/* The tag that holds the signature rpm would check first. */
static struct str signature_kind(const struct rpm_header *h)
{
	static const struct {
		enum rpm_tag tag;
		const char *name;
	} rows[] = {
		{RPMTAG_OPENPGP, "openpgp"},	  {RPMTAG_RSAHEADER, "rsa-header"},
		{RPMTAG_DSAHEADER, "dsa-header"}, {RPMTAG_SIGPGP, "pgp"},
		{RPMTAG_SIGGPG, "gpg"},
	};
	struct entry e;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (find(h, rows[i].tag, &e, NULL) > 0)
			return str_of(rows[i].name);
	return STR_NULL;
}

/* 1: added, 0: not there. */
static int number_attribute(struct record *rec, enum rpm_tag tag, const char *key)
{
	uint64_t v = 0;
	char text[24];
	int n, r = number_field(rec, tag, &v);

	if (r <= 0)
		return r;
	n = snprintf(text, sizeof text, "%" PRIu64, v);
	attributes_add(&rec->attributes, key, str_make(text, (size_t)n));
	return 1;
}

/* Keys in ascending order. */
static int fill_attributes(struct record *rec, struct str sourcerpm, bool epoch_zero,
			   struct err *err)
{
	struct attributes *a = &rec->attributes;
	struct str md5 = STR_NULL;
	int r;

	if (epoch_zero)
		attributes_add(a, "epoch", STR("0"));
	r = number_attribute(rec, RPMTAG_INSTALLTIME, "installtime");
	if (r < 0)
		return r;
	if (rpm_header_bytes(&rec->h, RPMTAG_SIGMD5, &md5, NULL) > 0 && md5.n == 16)
		add_hex(a, "sigmd5", md5);
	attributes_add(a, "signed", signature_kind(&rec->h));
	r = number_attribute(rec, RPMTAG_SIZE, "size");
	if (r == 0)
		r = number_attribute(rec, RPMTAG_LONGSIZE, "size");
	if (r < 0)
		return r;
	attributes_add(a, "sourcerpm", sourcerpm);
	return attributes_get(a, &rec->p.attributes, err);
}

/* "/usr/bin/" is "usr/bin" already, and so are nearly all directories: then nothing is copied. */
static bool plain_dir(struct str dir, struct str *ret)
{
	struct str rest, part;

	if (dir.n < 1 || dir.n > LIMIT_PATH_BYTES || dir.p[0] != '/' || dir.p[dir.n - 1] != '/')
		return false;
	*ret = dir.n == 1 ? str_sub(dir, 0, 0) : str_sub(dir, 1, dir.n - 2);
	rest = *ret;
	for (size_t depth = 0; str_pull_until(&rest, '/', &part); depth++)
		if (part.n == 0 || str_is(part, ".") || str_is(part, "..") ||
		    depth == LIMIT_PATH_DEPTH)
			return false;
	return ret->n == 0 || ret->p[ret->n - 1] != '/';
}

static bool plain_name(struct str name)
{
	return name.n && !str_is(name, ".") && !str_is(name, "..") &&
	       str_find_char(name, '/') == name.n;
}

static int clean_dirs(struct record *rec, const struct entry *dirnames, struct str *dirs,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct str rest = dirnames->data, dir;
	int r;

	for (size_t i = 0; i < dirnames->count; i++) {
		if (!pull_string(&rest, &dir))
			return err_set(err, ERR_FORMAT, "directory %zu has no end", i);
		if (plain_dir(dir, &dirs[i]))
			continue;
		strbuf_reset(&sb);
		r = path_clean(dir, &sb, NULL, err);
		if (r < 0)
			return err_wrap(err, r, "directory %zu", i);
		dirs[i] = arena_str(&rec->recs->arena, strbuf_str(&sb));
		if (!dirs[i].p)
			return err_nomem(err);
	}
	return 0;
}

/* Appends dir/name to the list; the slice gets its pointer when all are in (finish_files). */
static int add_file(struct rpm_records *recs, struct str dir, struct str name, struct err *err)
{
	size_t start = recs->paths.n, bytes = dir.n + 1 + name.n;
	struct str *slot;
	int r = 0;

	if (recs->n_files == LIMIT_PACKAGE_FILES)
		return err_set(err, ERR_LIMIT, "more than package_files (%d) paths",
			       LIMIT_PACKAGE_FILES);
	if (bytes > LIMIT_RPM_PATH_BYTES - recs->path_bytes)
		return err_set(err, ERR_LIMIT, "paths of more than rpm_path_bytes (%d)",
			       LIMIT_RPM_PATH_BYTES);
	if (bytes > LIMIT_PATH_BYTES)
		return err_set(err, ERR_LIMIT, "a path of %zu bytes, more than path_bytes (%d)",
			       bytes, LIMIT_PATH_BYTES);
	recs->path_bytes += bytes;
	if (plain_name(name)) {
		strbuf_add(&recs->paths, dir);
		if (dir.n)
			strbuf_addc(&recs->paths, '/');
		strbuf_add(&recs->paths, name);
		r = strbuf_check(&recs->paths, err);
	} else {
		struct str joined =
			arena_strf(&recs->arena, "%.*s/%.*s", STR_FMT(dir), STR_FMT(name));

		r = joined.p ? path_clean(joined, &recs->paths, NULL, err) : err_nomem(err);
	}
	if (r < 0 || recs->paths.n == start) /* the root itself is no entry */
		return r;
	slot = vec_push(&recs->files);
	if (!slot)
		return err_nomem(err);
	slot->n = recs->paths.n - start;
	recs->n_files++;
	return 0;
}

/* What tells files of this package from the rest; empty when the header does not say. */
struct file_facts {
	struct entry states, modes;
};

static bool is_file(const struct file_facts *facts, size_t i)
{
	uint64_t state = i < facts->states.count ? number_at(&facts->states, i) : 0;
	uint64_t mode = i < facts->modes.count ? number_at(&facts->modes, i) : 0;

	return state != RPMFILE_STATE_REPLACED && state != RPMFILE_STATE_NOTINSTALLED &&
	       state != RPMFILE_STATE_WRONGCOLOR && !S_ISDIR(mode);
}

static int list_basenames(struct record *rec, const struct entry *names,
			  const struct file_facts *facts, struct err *err)
{
	struct entry dirnames, indexes;
	struct str rest = names->data, name, *dirs;
	int r = find(&rec->h, RPMTAG_DIRNAMES, &dirnames, err);

	if (r > 0)
		r = find_numbers(&rec->h, RPMTAG_DIRINDEXES, &indexes, err);
	if (r <= 0)
		return r < 0 ? r : err_set(err, ERR_FORMAT, "base names without directories");
	if (dirnames.type != RPM_STRING_ARRAY_TYPE || dirnames.count > names->count ||
	    indexes.count != names->count)
		return err_set(err, ERR_FORMAT,
			       "%" PRIu32 " base names, %" PRIu32 " directory indexes, %" PRIu32
			       " directories",
			       names->count, indexes.count, dirnames.count);
	dirs = arena_array(&rec->recs->arena, dirnames.count, sizeof *dirs);
	if (!dirs)
		return err_nomem(err);
	r = clean_dirs(rec, &dirnames, dirs, err);
	for (size_t i = 0; r == 0 && i < names->count; i++) {
		uint64_t dir = number_at(&indexes, i);

		if (!pull_string(&rest, &name) || dir >= dirnames.count)
			return err_set(err, ERR_FORMAT,
				       "file %zu of %" PRIu32 ": directory %" PRIu64 " of %" PRIu32,
				       i, names->count, dir, dirnames.count);
		if (is_file(facts, i))
			r = add_file(rec->recs, dirs[dir], name, err);
	}
	return r;
}

static int list_old_filenames(struct record *rec, const struct entry *names,
			      const struct file_facts *facts, struct err *err)
{
	struct str rest = names->data, name;
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++) {
		if (!pull_string(&rest, &name))
			return err_set(err, ERR_FORMAT, "file %zu of %" PRIu32 " has no end", i,
				       names->count);
		if (is_file(facts, i))
			r = add_file(rec->recs, STR_NULL, name, err);
	}
	return r;
}

static int list_files(struct record *rec, struct err *err)
{
	struct file_facts facts = {0};
	struct entry names;
	bool old = false;
	int r = find_numbers(&rec->h, RPMTAG_FILESTATES, &facts.states, err);

	if (r >= 0)
		r = find_numbers(&rec->h, RPMTAG_FILEMODES, &facts.modes, err);
	if (r >= 0)
		r = find(&rec->h, RPMTAG_BASENAMES, &names, err);
	if (r == 0) {
		old = true;
		r = find(&rec->h, RPMTAG_OLDFILENAMES, &names, err);
	}
	if (r <= 0)
		return r;
	if (names.type != RPM_STRING_ARRAY_TYPE)
		return err_set(err, ERR_FORMAT, "names of type %" PRIu32, names.type);
	return old ? list_old_filenames(rec, &names, &facts, err)
		   : list_basenames(rec, &names, &facts, err);
}

/* What was listed before an error stays: a shorter list that is said to be short. */
static int fill_files(struct record *rec, struct err *err)
{
	struct rpm_records *recs = rec->recs;
	struct err why = {0};
	size_t at = 0;
	int r;

	strbuf_reset(&recs->paths);
	vec_cut(&recs->files, 0);
	r = list_files(rec, &why);
	for (size_t i = 0; i < recs->files.n; i++) {
		struct str *file = vec_at(&recs->files, i);

		*file = str_sub(strbuf_str(&recs->paths), at, file->n);
		at += file->n;
	}
	rec->p.files = (struct str_list){recs->files.p, recs->files.n};
	if (r == 0)
		return 0;
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	(void)err_wrap(&why, r, "file list");
	return report_field(rec, &why);
}

static int fill_license(struct record *rec, struct err *err)
{
	struct str text = STR_NULL, *kept;
	int r = text_field(rec, RPMTAG_LICENSE, &text);

	if (r < 0 || text.n == 0)
		return r;
	kept = arena_alloc(rec->recs->sink->scratch, sizeof *kept);
	if (!kept)
		return err_nomem(err);
	*kept = text;
	rec->p.licenses = (struct str_list){kept, 1};
	return 0;
}

static int fill_package(struct record *rec, struct err *err)
{
	struct str sourcerpm = STR_NULL;
	bool epoch_zero = false;
	int r = fill_version(rec, &epoch_zero, err);

	if (r == 0)
		r = text_field(rec, RPMTAG_ARCH, &rec->p.arch);
	if (r == 0)
		r = text_field(rec, RPMTAG_VENDOR, &rec->p.vendor);
	if (r == 0)
		r = text_field(rec, RPMTAG_MODULARITYLABEL, &rec->p.modularity);
	if (r == 0)
		r = text_field(rec, RPMTAG_SOURCERPM, &sourcerpm);
	if (r == 0)
		r = fill_license(rec, err);
	if (r == 0)
		r = fill_attributes(rec, sourcerpm, epoch_zero, err);
	if (r == 0)
		r = fill_files(rec, err);
	(void)rpm_source_split(sourcerpm, &rec->p.source_name, &rec->p.source_version);
	return r;
}

static int parse_name(struct record *rec, struct str blob, struct err *err)
{
	int r = rpm_header_parse(blob, &rec->h, err);

	if (r == 0)
		r = rpm_header_text(&rec->h, RPMTAG_NAME, &rec->p.name, err);
	if (r < 0)
		return r;
	return rec->p.name.n ? 0 : err_set(err, ERR_FORMAT, "header names no package");
}

int rpm_records_add(struct rpm_records *recs, struct str blob, const char *where, struct err *err)
{
	struct record rec = {.recs = recs,
			     .p = {.type = STR("rpm")},
			     .attributes = ATTRIBUTES_INIT(recs->sink->scratch),
			     .where = where};
	struct err why = {0};
	int r;

	if (recs->n_records++ == LIMIT_PACKAGES)
		return err_set(err, ERR_LIMIT, "more than packages (%d) records", LIMIT_PACKAGES);
	r = parse_name(&rec, blob, &why);
	if (r < 0) {
		(void)err_wrap(&why, r, "%s", where);
		return pkg_sink_problem(recs->sink, &why);
	}
	r = fill_package(&rec, err);
	if (r == 0)
		r = pkg_sink_add(recs->sink, &rec.p);
	arena_reset(&recs->arena);
	return r;
}

void rpm_records_done(struct rpm_records *recs)
{
	arena_done(&recs->arena);
	strbuf_done(&recs->paths);
	vec_done(&recs->files);
}
