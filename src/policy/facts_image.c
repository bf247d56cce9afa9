/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image of a report: its name, its configuration, its history.
 *
 * A field of the configuration of a target that has none (a root file system, an SBOM) is an error
 * that says so: nobody may take "no user is known" for "no user is set".
 */
#include "base/cleanup.h"
#include "image/reference.h"
#include "policy/facts_class.h"

static const struct report_image *image_of(const struct object *o)
{
	return &fact_of(o)->facts->report->image;
}

/* ---- references ---- */

struct reference_fact {
	struct fact fact;
	struct reference ref;
	struct str text;
};

static const struct reference_fact *reference_of(const struct object *o)
{
	return (const struct reference_fact *)(const void *)o;
}

static struct value reference_text(struct call *c, const struct object *o)
{
	return fact_text(c, reference_of(o)->text);
}

static struct value reference_registry(struct call *c, const struct object *o)
{
	return fact_text(c, reference_of(o)->ref.domain);
}

static struct value reference_repository(struct call *c, const struct object *o)
{
	return fact_text(c, reference_of(o)->ref.path);
}

static struct value reference_tag(struct call *c, const struct object *o)
{
	return fact_text(c, reference_of(o)->ref.tag);
}

static struct value reference_digest(struct call *c, const struct object *o)
{
	return fact_text(c, reference_of(o)->ref.digest);
}

#define REFERENCE_ROW(name, type, help) {#name, type, reference_##name},
FACTS_CLASS(reference_class, "Reference", REFERENCE_FIELDS(REFERENCE_ROW));

/* Made once a report: rules may ask for it a million times. Absent for what is no reference. */
static struct value reference_value(struct call *c, struct facts *facts, size_t which,
				    struct str text)
{
	struct reference_fact *f;

	if (!facts->references[which].made) {
		f = arena_alloc(&facts->arena, sizeof *f);
		if (!f)
			return call_exhausted(c);
		f->fact = (struct fact){.object = {&reference_class, NULL}, .facts = facts};
		f->text = text;
		facts->references[which].made = true;
		if (str_is_utf8(text) && reference_parse(text, &facts->arena, &f->ref, NULL) == 0)
			facts->references[which].object = &f->fact.object;
	}
	return facts->references[which].object ? value_object(facts->references[which].object)
					       : value_absent();
}

/* "1.4" of a layout is a tag alone, and "team/app" may be of any registry there. */
static bool names_registry(const struct report *r)
{
	struct str first, rest;

	if (str_has_prefix(r->target.transport, STR("docker")) ||
	    str_is(r->target.transport, "podman"))
		return true;
	return str_cut(r->image.name, '/', &first, &rest) &&
	       (str_find_char(first, '.') < first.n || str_find_char(first, ':') < first.n ||
		str_is(first, "localhost"));
}

static struct value image_reference(struct call *c, const struct object *o)
{
	const struct report *r = fact_of(o)->facts->report;

	if (r->image.name.n == 0 || !names_registry(r))
		return value_absent();
	return reference_value(c, fact_of(o)->facts, 0, r->image.name);
}

/* ---- "key=value" lists as maps: the last of one key wins, as in a shell's environment ---- */

static bool find_pair(struct call *c, struct str_list list, struct str key, struct str *ret)
{
	for (size_t i = list.n; i-- > 0;) {
		struct str k = list.p[i], v = STR_NULL;

		if (!call_spend_bytes(c, k.n < key.n ? 16 : key.n + 16))
			return false;
		(void)str_cut(list.p[i], '=', &k, &v); /* without one it is all key */
		if (str_eq(k, key)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

static struct value pairs_get(struct call *c, const struct object *o, struct value key)
{
	const struct str_list *list = o->data;
	struct str found;

	if (key.kind != VALUE_STRING || !find_pair(c, *list, value_str(key), &found))
		return value_absent();
	return fact_text(c, found);
}

static struct value pairs_key(struct call *c, const struct object *o, uint32_t i)
{
	const struct str_list *list = o->data;
	struct str key = list->p[i], value;

	(void)str_cut(list->p[i], '=', &key, &value); /* without one it is all key */
	return fact_text(c, key);
}

static const struct object_class pairs_class = {
	.name = "key=value list", .get = pairs_get, .key = pairs_key};

static struct value make_pairs(struct call *c, const struct object *o, const struct str_list *list)
{
	struct value v = fact_object(c, fact_of(o)->facts, &pairs_class, list, 0);

	return value_is_error(v) ? v : value_foreign_map(v.object, (uint32_t)list->n);
}

/* ---- the configuration ---- */

/* An error where the target has none; else absent. */
static struct value need_configuration(struct call *c, const struct object *o)
{
	return fact_need(c, fact_of(o)->facts, AREA_CONFIGURATION, false);
}

#define CONFIGURED(field, expression)                                                              \
	static struct value image_##field(struct call *c, const struct object *o)                  \
	{                                                                                          \
		const struct report_image *x = image_of(o);                                        \
		struct value missing = need_configuration(c, o);                                   \
                                                                                                   \
		return value_is_error(missing) ? missing : (expression);                           \
	}

/* "", "root", "0", also "00" and "+0" as runtimes read it; each also with a group behind a colon.
 */
static bool is_root(struct str user)
{
	struct str name = user, group;
	uint64_t id;

	(void)str_cut(user, ':', &name, &group); /* without a group the user stays whole */
	name = str_trim(name);
	if (str_is_empty(name) || str_is(name, "root"))
		return true;
	if (name.p[0] == '+' || name.p[0] == '-')
		name = str_skip(name, 1);
	return str_parse_u64(name, &id) && id == 0;
}

static bool has_healthcheck(struct str test)
{
	return test.n > 0 && !str_is(test, "NONE");
}

CONFIGURED(user, fact_text(c, x->user))
CONFIGURED(runs_as_root, value_bool(is_root(x->user)))
CONFIGURED(env, make_pairs(c, o, &x->env))
CONFIGURED(labels, make_pairs(c, o, &x->labels))
CONFIGURED(entrypoint, fact_texts(c, x->entrypoint))
CONFIGURED(cmd, fact_texts(c, x->cmd))
CONFIGURED(volumes, fact_texts(c, x->volumes))
CONFIGURED(working_dir, fact_text(c, x->working_dir))
CONFIGURED(stop_signal, fact_text(c, x->stop_signal))
CONFIGURED(healthcheck, fact_text(c, x->healthcheck))
CONFIGURED(has_healthcheck, value_bool(has_healthcheck(x->healthcheck)))
CONFIGURED(created, fact_time(x->created))
CONFIGURED(author, fact_text(c, x->author))
CONFIGURED(annotations, make_pairs(c, o, &x->annotations))

/* What names it is known of every image, also from an SBOM. */
#define KNOWN(field, expression)                                                                   \
	static struct value image_##field(struct call *c, const struct object *o)                  \
	{                                                                                          \
		const struct report_image *x = image_of(o);                                        \
                                                                                                   \
		if (!fact_of(o)->facts->report->has_image)                                         \
			return need_configuration(c, o);                                           \
		return (expression);                                                               \
	}

KNOWN(name, fact_text(c, x->name))
KNOWN(digest, fact_text_or_absent(c, x->manifest_digest))
KNOWN(config_digest, fact_text_or_absent(c, x->config_digest))
KNOWN(os, fact_text(c, x->os))
KNOWN(architecture, fact_text(c, x->architecture))
KNOWN(variant, fact_text(c, x->variant))

/* Annotations come with the manifest, labels with the configuration; both may say it. */
static struct str base_fact(struct call *c, const struct report_image *image, const char *what)
{
	struct str found = STR_NULL;

	if (!find_pair(c, image->annotations, str_of(what), &found) || found.n == 0)
		(void)find_pair(c, image->labels, str_of(what),
				&found); /* empty when it has none */
	return found;
}

static struct value base_reference(struct call *c, const struct object *o,
				   const struct report_image *image)
{
	struct str text = base_fact(c, image, "org.opencontainers.image.base.name");

	return text.n ? reference_value(c, fact_of(o)->facts, 1, text) : value_absent();
}

CONFIGURED(base, base_reference(c, o, x))
CONFIGURED(base_digest,
	   fact_text_or_absent(c, base_fact(c, x, "org.opencontainers.image.base.digest")))

/* ---- ports ---- */

static struct value port_number(struct call *c, const struct object *o)
{
	struct str text = *(const struct str *)o->data, number = text, protocol;
	uint64_t n;

	(void)c;
	(void)str_cut(text, '/', &number, &protocol); /* without a protocol it is all number */
	return str_parse_u64(number, &n) ? fact_number(n) : value_absent();
}

static struct value port_protocol(struct call *c, const struct object *o)
{
	struct str number, protocol;

	return str_cut(*(const struct str *)o->data, '/', &number, &protocol)
		       ? fact_text(c, protocol)
		       : value_string(STR("tcp"));
}

GET_TEXT(port, str, text, *x)

#define PORT_ROW(name, type, help) {#name, type, port_##name},
FACTS_CLASS(port_class, "Port", PORT_FIELDS(PORT_ROW));

static struct value ports_at(struct call *c, const struct object *o, uint32_t i)
{
	return fact_object(c, fact_of(o)->facts, &port_class, (const struct str *)o->data + i, i);
}

static const struct object_class ports_class = {.name = "list of ports", .at = ports_at};

CONFIGURED(ports, fact_list_of(c, o, &ports_class, x->exposed_ports.p, x->exposed_ports.n))

/* ---- history ---- */

/* "RUN", "COPY": behind "/bin/sh -c #(nop) " of old builders; a shell command is RUN. */
static struct str instruction_word(struct str created_by)
{
	struct str s = str_trim(created_by), word;

	if (str_pull_prefix(&s, STR("/bin/sh -c "))) {
		s = str_trim(s);
		if (!str_pull_prefix(&s, STR("#(nop)")))
			return STR("RUN");
	}
	if (s.n && s.p[0] == '|')
		return STR("RUN"); /* |1 ARG=value /bin/sh -c ... */
	if (!str_pull_word(&s, &word))
		return STR_NULL;
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'A' || word.p[i] > 'Z')
			return STR_NULL;
	return word;
}

GET_TEXT(history, report_history, created_by, x->created_by)
GET_TEXT(history, report_history, instruction, instruction_word(x->created_by))
GET_VALUE(history, report_history, created, fact_time(x->created))
GET_VALUE(history, report_history, empty_layer, value_bool(x->empty_layer))

#define HISTORY_ROW(name, type, help) {#name, type, history_##name},
FACTS_CLASS(history_class, "History", HISTORY_FIELDS(HISTORY_ROW));

static struct value histories_at(struct call *c, const struct object *o, uint32_t i)
{
	return fact_object(c, fact_of(o)->facts, &history_class, vec_at(o->data, i), i);
}

static const struct object_class histories_class = {.name = "list of history", .at = histories_at};

CONFIGURED(history, fact_list_of(c, o, &histories_class, &x->history, x->history.n))

#define IMAGE_ROW(name, type, help) {#name, type, image_##name},
FACTS_CLASS(image_class, "Image", IMAGE_FIELDS(IMAGE_ROW));
