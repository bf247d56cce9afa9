/* SPDX-License-Identifier: Apache-2.0 */
#include "check/scanned_image.h"

#include <stdlib.h>

#include "base/byte_size.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/unicode.h"
#include "check/image_history.h"
#include "check/licence_expression.h"
#include "crypto/password_hash.h"
#include "expr/call.h"

#define PLACES_NAMED 2
#define PLACE_MAX    256 /* bytes of one */

/* ---- classes ---- */

#define GET_image_variable_fact(name, type, help) FACT_GETTER(image_variable_fact, name)
#define ROW_image_variable_fact(name, type, help) FACT_ROW(image_variable_fact, name, type)
#define GET_image_label_fact(name, type, help)	  FACT_GETTER(image_label_fact, name)
#define ROW_image_label_fact(name, type, help)	  FACT_ROW(image_label_fact, name, type)
#define GET_image_port_fact(name, type, help)	  FACT_GETTER(image_port_fact, name)
#define ROW_image_port_fact(name, type, help)	  FACT_ROW(image_port_fact, name, type)
#define GET_image_config_fact(name, type, help)	  FACT_GETTER(image_config_fact, name)
#define ROW_image_config_fact(name, type, help)	  FACT_ROW(image_config_fact, name, type)
#define GET_image_history_fact(name, type, help)  FACT_GETTER(image_history_fact, name)
#define ROW_image_history_fact(name, type, help)  FACT_ROW(image_history_fact, name, type)
#define GET_image_argument_fact(name, type, help) FACT_GETTER(image_argument_fact, name)
#define ROW_image_argument_fact(name, type, help) FACT_ROW(image_argument_fact, name, type)
#define GET_image_file_fact(name, type, help)	  FACT_GETTER(image_file_fact, name)
#define ROW_image_file_fact(name, type, help)	  FACT_ROW(image_file_fact, name, type)
#define GET_image_account_fact(name, type, help)  FACT_GETTER(image_account_fact, name)
#define ROW_image_account_fact(name, type, help)  FACT_ROW(image_account_fact, name, type)
#define GET_image_waste_fact(name, type, help)	  FACT_GETTER(image_waste_fact, name)
#define ROW_image_waste_fact(name, type, help)	  FACT_ROW(image_waste_fact, name, type)
#define GET_scanned_image_fact(name, type, help)  FACT_GETTER(scanned_image_fact, name)
#define ROW_scanned_image_fact(name, type, help)  FACT_ROW(scanned_image_fact, name, type)

FACT_CLASS(image_variable_fact, variable_class, "Variable", IMAGE_VARIABLE_FIELDS)
FACT_CLASS(image_label_fact, label_class, "Label", IMAGE_LABEL_FIELDS)
FACT_CLASS(image_port_fact, port_class, "Port", IMAGE_PORT_FIELDS)
FACT_CLASS(image_config_fact, config_class, "Config", IMAGE_CONFIG_FIELDS)
FACT_CLASS(image_history_fact, history_class, "History", IMAGE_HISTORY_FIELDS)
FACT_CLASS(image_argument_fact, argument_class, "Argument", IMAGE_ARGUMENT_FIELDS)
FACT_CLASS(image_file_fact, image_file_class, "File", IMAGE_FILE_FIELDS)
FACT_CLASS(image_waste_fact, waste_class, "Waste", IMAGE_WASTE_FIELDS)
FACT_CLASS(scanned_image_fact, scanned_class, "ScannedImage", SCANNED_IMAGE_FIELDS)

/* ---- passwords, which cost too much to be tried before a rule asks ---- */

#define PASSWORD_COST 100000 /* units of an evaluation's budget */

static struct value fits_get(struct call *c, const struct object *o, struct value word)
{
	const struct image_account_fact *f = o->data;

	if (word.kind != VALUE_STRING)
		return value_absent();
	if (!call_spend(c, f->hash.n ? PASSWORD_COST : 1))
		return call_exhausted(c);
	return value_bool(f->hash.n && password_hash_is_of(f->hash, value_str(word)));
}

static struct value fits_key(struct call *c, const struct object *o, uint32_t i)
{
	(void)c; /* no words are known */
	(void)o;
	(void)i;
	return value_absent();
}

static const struct object_class fits_class = {
	.name = "passwords", .get = fits_get, .key = fits_key};

static struct value account_fits(struct call *c, const struct object *o)
{
	const struct image_account_fact *f = (const void *)o;

	(void)c; /* nothing is made */
	return value_foreign_map(&f->passwords, 0);
}

IMAGE_ACCOUNT_FIELDS(GET_image_account_fact)
static const struct object_field account_fields[] = {
	IMAGE_ACCOUNT_FIELDS(ROW_image_account_fact){"fits", "map(string, bool)", account_fits}};
static const struct type account_type = {.kind = TYPE_ABSTRACT, .name = STR("Account")};
static const struct object_class account_class = {.name = "Account",
						  .type = &account_type,
						  .fields = account_fields,
						  .n_fields = ARRAY_LEN(account_fields)};

const struct object_class *const scanned_image_classes[] = {
	&manifest_image_class, &command_package_class,
	&command_class,	       &variable_class,
	&label_class,	       &port_class,
	&config_class,	       &history_class,
	&argument_class,       &image_file_class,
	&account_class,	       &waste_class,
	&scanned_class,	       NULL,
};

/* ---- texts ---- */

struct making {
	const struct report *report;
	struct arena *arena;
	struct scanned_image *image;
	struct value *by_layer; /* the instruction that made it */
	struct map ids;		/* name of a user -> struct report_account */
	struct err *err;
};

/* The bytes as UTF-8. */
static struct str clean(struct arena *a, struct str s)
{
	struct strbuf sb = STRBUF_INIT(s.n * 3 + 4);
	struct str ret;

	if (!s.p)
		return STR("");
	if (str_is_utf8(s))
		return s;
	while (s.n) {
		char bytes[4];
		size_t n;
		uint32_t c = unicode_next(s, &n);

		strbuf_add(&sb, c == UNICODE_REPLACEMENT
					? STR("\xef\xbf\xbd")
					: str_make(bytes, unicode_encode(c, bytes)));
		s = str_skip(s, n);
	}
	ret = arena_str(a, strbuf_str(&sb));
	strbuf_done(&sb);
	return ret;
}

static struct value text(const struct making *m, struct str s)
{
	return value_string(clean(m->arena, s));
}

static struct value texts(const struct making *m, struct str_list list)
{
	struct fact_list l = fact_list_make(m->arena, list.n);

	for (size_t i = 0; i < list.n; i++)
		fact_list_add(&l, text(m, list.p[i]));
	return fact_list_value(&l);
}

static struct value number(uint64_t n)
{
	return value_int(n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

/* ---- the configuration ---- */

static struct value env_value(const struct making *m, struct str_list env)
{
	struct fact_list l = fact_list_make(m->arena, env.n);

	for (size_t i = 0; i < env.n; i++) {
		struct image_variable_fact *f = arena_alloc(m->arena, sizeof *f);
		struct str name = env.p[i], value = STR("");

		if (!f)
			break;
		(void)str_cut(env.p[i], '=', &name, &value); /* no =: a name alone */
		f->object.class = &variable_class;
		f->name = text(m, name);
		f->value = text(m, value);
		fact_list_add(&l, value_object(&f->object));
	}
	return fact_list_value(&l);
}

static int compare_variables(const void *va, const void *vb)
{
	const struct image_variable_fact *const *a = va, *const *b = vb;
	int by_name = str_cmp(value_str((*a)->name), value_str((*b)->name));

	return by_name ? by_name : str_cmp(value_str((*a)->value), value_str((*b)->value));
}

/* For the history, each variable of which is looked for here. */
static int sort_env(const struct making *m, struct value env)
{
	const struct image_variable_fact **p = arena_array(m->arena, env.n + 1, sizeof *p);

	if (!p)
		return err_nomem(m->err);
	for (uint32_t i = 0; i < env.n; i++)
		p[i] = (const void *)env.items[i].object;
	qsort(p, env.n, sizeof *p, compare_variables);
	m->image->env = p;
	m->image->n_env = env.n;
	return 0;
}

static struct value ports_value(const struct making *m, struct str_list ports)
{
	struct fact_list l = fact_list_make(m->arena, ports.n);

	for (size_t i = 0; i < ports.n; i++) {
		struct image_port_fact *f = arena_alloc(m->arena, sizeof *f);
		struct str port = ports.p[i], protocol = STR("tcp");
		uint64_t n = 0;

		if (!f)
			break;
		(void)str_cut(ports.p[i], '/', &port, &protocol); /* tcp when none is written */
		if (!str_parse_u64(port, &n))
			n = 0;
		f->object.class = &port_class;
		f->number = number(n);
		f->protocol = text(m, protocol);
		f->text = text(m, ports.p[i]);
		fact_list_add(&l, value_object(&f->object));
	}
	return fact_list_value(&l);
}

static int make_labels(struct making *m, struct value *ret)
{
	const struct str_list from = m->report->image.labels;
	struct fact_map map = fact_map_make(m->arena, from.n);
	struct image_label_fact *p = arena_array(m->arena, from.n + 1, sizeof *p);

	if (!p)
		return err_nomem(m->err);
	for (size_t i = 0; i < from.n; i++) {
		struct str key = from.p[i], value = STR("");

		(void)str_cut(from.p[i], '=', &key, &value); /* "key=value" always */
		p[i].object.class = &label_class;
		p[i].key = text(m, key);
		p[i].value = text(m, value);
		p[i].is_spdx = value_bool(licence_expression_is_valid(value));
		if (map.entries && map.n < map.cap) /* of a JSON map: no key is there twice */
			map.entries[map.n++] = (struct map_entry){p[i].key, p[i].value};
	}
	m->image->labels = p;
	m->image->n_labels = from.n;
	*ret = fact_map_value(&map);
	return 0;
}

/* "+0" is a number for runtimes too. */
static bool parse_id(struct str s, uint64_t *ret)
{
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		return str_parse_u64(str_skip(s, 1), ret) && (s.p[0] == '+' || *ret == 0);
	return str_parse_u64(s, ret);
}

/* -1: not known. */
static int64_t user_id(const struct making *m, struct str name, bool *ret_found)
{
	const struct report_account *a;
	uint64_t id = 0;

	*ret_found = true;
	if (name.n == 0 || parse_id(name, &id))
		return id > INT64_MAX ? INT64_MAX : (int64_t)id;
	a = map_get(&m->ids, name);
	if (a && a->id <= INT64_MAX)
		return (int64_t)a->id;
	*ret_found = false;
	return str_is(name, "root") ? 0 : -1;
}

static void put_user(const struct making *m, struct image_config_fact *f)
{
	struct str user = m->report->image.user, name = user, group = STR("");
	bool found;

	(void)str_cut(user, ':', &name, &group); /* without a group all of it is the name */
	f->user = text(m, user);
	f->user_name = text(m, name);
	f->user_group = text(m, group);
	f->user_id = value_int(user_id(m, name, &found));
	f->user_found = value_bool(found);
}

static int make_config(struct making *m)
{
	const struct report_image *from = &m->report->image;
	struct image_config_fact *f = &m->image->config;
	int64_t created;

	if (!m->report->has_image)
		return 0;
	f->object.class = &config_class;
	put_user(m, f);
	f->env = env_value(m, from->env);
	f->ports = ports_value(m, from->exposed_ports);
	f->volumes = texts(m, from->volumes);
	f->entrypoint = texts(m, from->entrypoint);
	f->cmd = texts(m, from->cmd);
	f->healthcheck = text(m, from->healthcheck);
	f->working_dir = text(m, from->working_dir);
	f->stop_signal = text(m, from->stop_signal);
	f->author = text(m, from->author);
	f->os = text(m, from->os);
	f->architecture = text(m, from->architecture);
	if (clock_parse(from->created, &created))
		f->created = value_timestamp(created, 0);
	m->image->fact.config = value_object(&f->object);
	return sort_env(m, f->env) < 0 ? -ERR_NOMEM : make_labels(m, &f->labels);
}

/* ---- the history ---- */

/* The last of one name counts. Found by a map of their own: a step may set 100,000. */
static int put_pairs(const struct making *m, const struct history_pair *p, size_t n,
		     struct value *ret)
{
	struct fact_map map = fact_map_make(m->arena, n);
	struct map names;
	int r = 0;

	map_init(&names, n + 1);
	for (size_t i = 0; r == 0 && map.entries && i < n; i++) {
		struct str name = clean(m->arena, p[i].name);
		struct map_entry *e = map_get(&names, name);

		if (!e) {
			e = &map.entries[map.n++];
			r = map_put(&names, name, e);
		}
		*e = (struct map_entry){value_string(name), text(m, p[i].value)};
	}
	map_done(&names);
	*ret = fact_map_value(&map);
	return r < 0 ? err_nomem(m->err) : 0;
}

static int put_commands(const struct making *m, const struct history_line *line,
			struct image_history_fact *f)
{
	struct shell_input in = {.text = clean(m->arena, line->value)};
	struct command_source source = {.text = in.text};
	struct fact_list none = fact_list_make(m->arena, 0);
	struct shell_start start = {0};
	struct shell_run run;
	struct err why = {0};
	int r;

	f->commands = fact_list_value(&none);
	if (!str_is(line->keyword, "RUN") ||
	    (line->n_shell && !shell_start_from(line->shell, line->n_shell, &start)))
		return 0;
	r = shell_run_parse(&in, &start, m->arena, &run, &why);
	if (r == -ERR_LIMIT) {
		if (m->image->n_unread++ == 0)
			m->image->unread = why;
		return 0;
	}
	if (r < 0)
		return err_set(m->err, why.code, "%s", why.msg);
	f->commands = command_facts(&run, start.dialect, &source, m->arena);
	return 0;
}

/* Of classic builders' "file:139c..." twelve digits, as people name digests. */
static struct str short_digest(struct str word)
{
	static const char *const prefixes[] = {"file:", "dir:", "multi:"};

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct str digits = word;
		size_t n = 0;

		if (!str_pull_prefix(&digits, str_of(prefixes[i])))
			continue;
		while (n < digits.n && char_hex(digits.p[n]) >= 0)
			n++;
		if (n == digits.n && n >= 32)
			return str_sub(word, 0, word.n - n + 12);
	}
	return word;
}

/* White space of lines that were joined is one blank. */
static struct value one_line(const struct making *m, struct str keyword, struct str value)
{
	struct strbuf sb = STRBUF_INIT(keyword.n + value.n + 2);
	struct str word, ret;

	strbuf_add(&sb, keyword);
	while (str_pull_word(&value, &word)) {
		if (str_is(word, "\\"))
			continue;
		if (sb.n)
			strbuf_addc(&sb, ' ');
		strbuf_add(&sb, short_digest(word));
	}
	ret = arena_str(m->arena, strbuf_str(&sb));
	strbuf_done(&sb);
	return text(m, ret);
}

static int make_entry(const struct making *m, size_t i, struct image_history_fact *f)
{
	const struct report_history *h = vec_at(&m->report->image.history, i);
	const struct report_layer *l = h->empty_layer ? NULL : vec_at(&m->report->layers, h->layer);
	struct history_line line;
	int r = history_line_parse(h->created_by, m->arena, &line, m->err);

	if (r < 0)
		return r;
	*f = (struct image_history_fact){
		.object.class = &history_class,
		.keyword = text(m, line.keyword),
		.value = text(m, line.value),
		.text = one_line(m, line.keyword, line.value),
		.index = number(i),
		.layer = l ? number(h->layer) : value_int(-1),
		.files = number(l ? l->n_files : 0),
		.base = value_bool(false),
		.comment = text(m, h->comment),
	};
	r = put_pairs(m, line.args, line.n_args, &f->arguments);
	if (r == 0)
		r = put_pairs(m, line.pairs, line.n_pairs, &f->pairs);
	if (r == 0)
		r = put_commands(m, &line, f);
	return r < 0 ? err_wrap(m->err, r, "history entry %zu", i + 1) : 0;
}

/* Behind its last CMD an image built on another one goes on with layers of its own. */
static void mark_base(const struct making *m)
{
	struct image_history_fact *history = m->image->history;
	size_t i = m->report->image.history.n;
	bool layers_follow = false;

	while (i-- > 0) {
		if (history[i].layer.i >= 0)
			layers_follow = true;
		else if (layers_follow && str_is(value_str(history[i].keyword), "CMD"))
			break;
	}
	for (; i != SIZE_MAX; i--)
		history[i].base = value_bool(true);
}

static int make_history(struct making *m)
{
	size_t n = m->report->image.history.n;
	struct fact_list l = fact_list_make(m->arena, n);
	struct image_history_fact *p = arena_array(m->arena, n + 1, sizeof *p);
	int r = p ? 0 : err_nomem(m->err);

	m->image->history = p;
	m->by_layer = arena_array(m->arena, m->report->layers.n + 1, sizeof *m->by_layer);
	if (!m->by_layer)
		return err_nomem(m->err);
	for (size_t i = 0; i <= m->report->layers.n; i++)
		m->by_layer[i] = value_string(STR(""));
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = make_entry(m, i, &p[i]);
		fact_list_add(&l, value_object(&p[i].object));
		if (r == 0 && p[i].layer.i >= 0)
			m->by_layer[p[i].layer.i] = p[i].text;
	}
	if (r == 0)
		mark_base(m);
	m->image->fact.history = fact_list_value(&l);
	return r;
}

static bool is_in_env(const struct scanned_image *image, struct value name, struct value value)
{
	const struct image_variable_fact want = {.name = name, .value = value}, *key = &want;

	return image->n_env &&
	       bsearch(&key, image->env, image->n_env, sizeof(void *), compare_variables);
}

bool scanned_image_argument(const struct scanned_image *image, size_t step, uint32_t *at,
			    struct image_argument_fact *ret)
{
	const struct image_history_fact *e = &image->history[step];
	struct str keyword = value_str(e->keyword);
	const struct value map = str_is(keyword, "RUN") ? e->arguments : e->pairs;

	if (str_is(keyword, "LABEL") || map.kind != VALUE_MAP)
		return false;
	while (*at < map.n) {
		const struct map_entry *p = &map.map->entries[(*at)++];

		if (p->value.n == 0 ||
		    (str_is(keyword, "ENV") && is_in_env(image, p->key, p->value)))
			continue;
		*ret = (struct image_argument_fact){.object.class = &argument_class,
						    .name = p->key,
						    .value = p->value,
						    .keyword = e->keyword};
		return true;
	}
	return false;
}

/* ---- files ---- */

static void make_file(const struct making *m, const struct report_file *from,
		      struct image_file_fact *f)
{
	bool is_dir = str_is(from->type, "directory");

	*f = (struct image_file_fact){
		.object.class = &image_file_class,
		.path = text(m, from->path),
		.name = text(m, path_base(from->path)),
		.folder = text(m, path_dir(from->path)),
		.type = text(m, from->type),
		.mark = text(m, from->mark),
		.mode = value_int(from->mode),
		.permissions = value_string(arena_strf(m->arena, "%04o", from->mode)),
		.setuid = value_bool(from->mode & 04000),
		.setgid = value_bool(from->mode & 02000),
		.world_writable = value_bool(from->mode & 0002 && !(is_dir && from->mode & 01000)),
		.uid = number(from->uid),
		.gid = number(from->gid),
		.size = number(from->size),
		.files = number(from->n_files),
		.capabilities = texts(m, from->capabilities),
		.anomalies = texts(m, from->anomalies),
		.package = text(m, from->package),
		.visible = value_bool(from->visible),
		.layer = number(from->layer_index),
		.instruction = m->by_layer[from->layer_index],
	};
}

static int make_files(struct making *m)
{
	size_t n = m->report->files.n;
	struct fact_list l = fact_list_make(m->arena, n);
	struct image_file_fact *p = arena_array(m->arena, n + 1, sizeof *p);

	if (!p)
		return err_nomem(m->err);
	for (size_t i = 0; i < n; i++) {
		make_file(m, vec_at(&m->report->files, i), &p[i]);
		fact_list_add(&l, value_object(&p[i].object));
	}
	m->image->files = p;
	m->image->fact.files = fact_list_value(&l);
	return 0;
}

/* ---- waste ---- */

/* "/usr/share/doc, /usr/share/man and 3 more" */
static struct value places_in_words(const struct making *m, const struct report_waste *from)
{
	struct str all = STR("");

	for (size_t i = 0; i < from->n_listed && i < PLACES_NAMED; i++)
		all = arena_strf(m->arena, "%.*s%s/%.*s", STR_FMT(all), i ? ", " : "",
				 STR_FMT(str_sub(from->places[i].path, 0, PLACE_MAX)));
	if (from->n_places > PLACES_NAMED)
		all = arena_strf(m->arena, "%.*s and %llu more", STR_FMT(all),
				 (unsigned long long)from->n_places - PLACES_NAMED);
	return text(m, all);
}

static struct value instruction_of(const struct making *m, size_t layer)
{
	return layer < m->report->layers.n ? m->by_layer[layer] : value_string(STR(""));
}

static void make_waste(const struct making *m, const struct report_waste *from,
		       struct image_waste_fact *f)
{
	char size[BYTE_SIZE_MAX];

	*f = (struct image_waste_fact){
		.object.class = &waste_class,
		.what = text(m, from->what),
		.path = text(m, from->n_listed ? from->places[0].path : STR("")),
		.places = number(from->n_places),
		.where = places_in_words(m, from),
		.bytes = number(from->bytes),
		.size = value_string(arena_str(m->arena, byte_size_text(from->bytes, size))),
		.files = number(from->n_files),
		.packages = texts(m, from->packages),
		.layer = number(from->layer),
		.instruction = instruction_of(m, from->layer),
		.hidden_by = number(from->hidden_by),
		.hider = instruction_of(m, from->hidden_by),
	};
}

static int make_wastes(struct making *m)
{
	size_t n = m->report->wastes.n;
	struct image_waste_fact *p = arena_array(m->arena, n + 1, sizeof *p);

	if (!p)
		return err_nomem(m->err);
	for (size_t i = 0; i < n; i++)
		make_waste(m, vec_at(&m->report->wastes, i), &p[i]);
	m->image->wastes = p;
	return 0;
}

/* ---- accounts ---- */

static struct str password_name(enum password_state s)
{
	switch (s) {
	case PASSWORD_UNKNOWN:
		return STR("unknown");
	case PASSWORD_EMPTY:
		return STR("empty");
	case PASSWORD_LOCKED:
		return STR("locked");
	case PASSWORD_SET:
		return STR("set");
	}
	return STR("unknown");
}

static void make_account(const struct making *m, const struct report_account *from,
			 struct image_account_fact *f)
{
	*f = (struct image_account_fact){
		.object.class = &account_class,
		.kind = value_string(from->is_group ? STR("group") : STR("user")),
		.name = text(m, from->name),
		.id = from->has_id ? number(from->id) : value_int(-1),
		.gid = number(from->gid),
		.home = text(m, from->home),
		.shell = text(m, from->shell),
		.password = value_string(password_name(from->password)),
		.same_name = value_bool(false),
		.same_id = value_string(STR("")),
		.hash = from->password_hash,
	};
	f->passwords = (struct object){&fits_class, f};
}

/* What an earlier line of the same file has already; names and numbers in one map. */
static int find_twins(struct making *m, struct map *seen, const struct report_account *a,
		      struct image_account_fact *f)
{
	struct str name = arena_strf(m->arena, "%dn%.*s", a->is_group, STR_FMT(a->name));
	struct str id = arena_strf(m->arena, "%di%llu", a->is_group, (unsigned long long)a->id);
	const struct report_account *first;
	int r = 0;

	if (!name.p || !id.p)
		return -ERR_NOMEM;
	f->same_name = value_bool(map_get(seen, name) != NULL);
	if (!map_get(seen, name))
		r = map_put(seen, name, (void *)(uintptr_t)a);
	first = a->has_id ? map_get(seen, id) : NULL;
	if (first)
		f->same_id = text(m, first->name);
	else if (a->has_id && r == 0)
		r = map_put(seen, id, (void *)(uintptr_t)a);
	if (r == 0 && a->has_id && !a->is_group && !map_get(&m->ids, a->name))
		r = map_put(&m->ids, a->name, (void *)(uintptr_t)a);
	return r;
}

static int make_accounts(struct making *m)
{
	size_t n = m->report->accounts.n;
	struct fact_list l = fact_list_make(m->arena, n);
	struct image_account_fact *p = arena_array(m->arena, n + 1, sizeof *p);
	struct map seen;
	int r = p ? 0 : -ERR_NOMEM;

	map_init(&seen, (size_t)LIMIT_ACCOUNTS * 2);
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct report_account *from = vec_at(&m->report->accounts, i);

		make_account(m, from, &p[i]);
		r = find_twins(m, &seen, from, &p[i]);
		fact_list_add(&l, value_object(&p[i].object));
	}
	map_done(&seen);
	m->image->accounts = p;
	m->image->fact.accounts = fact_list_value(&l);
	return r < 0 ? err_nomem(m->err) : 0;
}

/* ---- the whole ---- */

static bool is_complete(const struct report *r)
{
	for (size_t i = 0; i < r->layers.n; i++)
		if (!((const struct report_layer *)vec_at(&r->layers, i))->assessed)
			return false;
	return true;
}

static bool lists_files(const struct report *r)
{
	for (size_t i = 0; i < r->packages.n; i++)
		if (((const struct report_package *)vec_at(&r->packages, i))->p.files.n)
			return true;
	return false;
}

static void put_whole(const struct making *m, int64_t now)
{
	const struct report *r = m->report;
	struct scanned_image_fact *f = &m->image->fact;

	f->object.class = &scanned_class;
	f->reference = manifest_image_value(clean(m->arena, r->image.name), m->arena);
	f->layers = number(r->layers.n);
	f->complete = value_bool(is_complete(r));
	f->lists_files = value_bool(lists_files(r));
	f->distribution = text(m, r->distro.pretty_name.n ? r->distro.pretty_name : r->distro.id);
	f->release = text(m, r->distro.release);
	f->end_of_life = text(m, r->distro.eol);
	f->end_of_extended_support = text(m, r->distro.eol_extended);
	f->time = value_timestamp(now, 0);
}

int scanned_image_make(const struct report *report, int64_t now, struct arena *a,
		       struct scanned_image *ret, struct err *err)
{
	struct making m = {.report = report, .arena = a, .image = ret, .err = err};
	int r;

	*ret = (struct scanned_image){0};
	map_init(&m.ids, LIMIT_ACCOUNTS);
	put_whole(&m, now);
	r = make_accounts(&m);
	if (r == 0)
		r = make_config(&m);
	if (r == 0)
		r = make_history(&m);
	if (r == 0)
		r = make_files(&m);
	if (r == 0)
		r = make_wastes(&m);
	map_done(&m.ids);
	return r < 0 ? r : arena_check(a, err);
}
