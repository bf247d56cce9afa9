/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compose_facts.h"

#include "check/schema_problem.h"
#include "check/yaml_facts.h"
#include "check/yaml_place_fact.h"

#define GET_compose_port_fact(name, type, help)	   FACT_GETTER(compose_port_fact, name)
#define ROW_compose_port_fact(name, type, help)	   FACT_ROW(compose_port_fact, name, type)
#define GET_compose_volume_fact(name, type, help)  FACT_GETTER(compose_volume_fact, name)
#define ROW_compose_volume_fact(name, type, help)  FACT_ROW(compose_volume_fact, name, type)
#define GET_compose_env_fact(name, type, help)	   FACT_GETTER(compose_env_fact, name)
#define ROW_compose_env_fact(name, type, help)	   FACT_ROW(compose_env_fact, name, type)
#define GET_compose_service_fact(name, type, help) FACT_GETTER(compose_service_fact, name)
#define ROW_compose_service_fact(name, type, help) FACT_ROW(compose_service_fact, name, type)
#define GET_compose_file_fact(name, type, help)	   FACT_GETTER(compose_file_fact, name)
#define ROW_compose_file_fact(name, type, help)	   FACT_ROW(compose_file_fact, name, type)

FACT_CLASS(compose_port_fact, port_class, "Port", COMPOSE_PORT_FIELDS)
FACT_CLASS(compose_volume_fact, volume_class, "Volume", COMPOSE_VOLUME_FIELDS)
FACT_CLASS(compose_env_fact, env_class, "Env", COMPOSE_ENV_FIELDS)
FACT_CLASS(compose_service_fact, service_class, "Service", COMPOSE_SERVICE_FIELDS)
FACT_CLASS(compose_file_fact, file_class, "Compose", COMPOSE_FILE_FIELDS)

const struct object_class *const compose_classes[] = {
	&manifest_image_class, &port_class, &volume_class,	   &env_class,
	&service_class,	       &file_class, &schema_problem_class, NULL,
};

const struct yaml_node *compose_fact_node(struct value v)
{
	if (v.kind != VALUE_OBJECT)
		return yaml_fact_node(v);
	for (size_t i = 1; compose_classes[i]; i++) /* an image has no node */
		if (v.object->class == compose_classes[i])
			return v.object->data;
	return yaml_place_node(v);
}

static void *new_fact(struct arena *a, size_t size, const struct object_class *class,
		      const struct yaml_node *node)
{
	struct object *o = arena_alloc(a, size);

	if (o)
		*o = (struct object){class, node};
	return o;
}
#define NEW_FACT(a, type, class, node)                                                             \
	((struct type *)new_fact(a, sizeof(struct type), class, node))

static struct value strings(const struct yaml_node *node, struct arena *a)
{
	struct fact_list one;

	if (yaml_kind_of(node) != YAML_SCALAR)
		return yaml_strings(node, a);
	one = fact_list_make(a, 1);
	fact_list_add(&one, yaml_text(node));
	return fact_list_value(&one);
}

static bool is_true(const struct yaml_node *node)
{
	struct yaml_fact unused;
	struct value v = value_null();

	if (yaml_kind_of(node) == YAML_SCALAR)
		v = yaml_fact_init(&unused, node);
	/* Compose takes a text for what the key wants, as variables only give texts. */
	return (v.kind == VALUE_BOOL && v.b) ||
	       (v.kind == VALUE_STRING && str_eq_nocase(value_str(v), STR("true")));
}

/* ---- lists in two forms ---- */

/* [ip:][published:]target[/protocol], a range or a variable in any place. */
static void short_port(struct compose_port_fact *p, struct str text)
{
	struct str host, target, ip, published;
	uint64_t n = 0;

	p->host_ip = value_string(STR(""));
	if (str_rcut(text, ':', &host, &target)) {
		if (str_rcut(host, ':', &ip, &published)) {
			p->host_ip = value_string(ip);
			host = published;
		}
		(void)str_cut(host, '-', &host, &ip); /* the first of a range */
		if (!str_parse_u64(host, &n))
			n = 0;
	}
	p->published = value_int((int64_t)(n < 65536 ? n : 0));
	p->text = value_string(text);
}

static struct value make_port(const struct yaml_node *node, struct arena *a)
{
	struct compose_port_fact *p = NEW_FACT(a, compose_port_fact, &port_class, node);
	struct str published = yaml_get_str(node, "published"), rest;
	uint64_t n;

	if (!p)
		return value_absent();
	if (yaml_kind_of(node) == YAML_SCALAR) {
		short_port(p, yaml_str(node));
		return value_object(&p->object);
	}
	p->text = yaml_text(yaml_get(node, "published"));
	(void)str_cut(published, '-', &published, &rest); /* the first of a range */
	p->host_ip = yaml_text(yaml_get(node, "host_ip"));
	p->published = value_int(str_parse_u64(published, &n) && n < 65536 ? (int64_t)n : 0);
	return value_object(&p->object);
}

static void short_volume(struct compose_volume_fact *v, struct str text, struct arena *a)
{
	struct fact_list options = fact_list_make(a, 16);
	struct str source, target, rest, option;

	if (!str_cut(text, ':', &source, &target)) {
		target = text;
		source = STR("");
	}
	if (!str_cut(target, ':', &target, &rest))
		rest = STR("");
	while (rest.n) {
		if (!str_pull_until(&rest, ',', &option)) {
			option = rest;
			rest = STR_NULL;
		}
		fact_list_add(&options, value_string(option));
	}
	v->type = value_string(source.n && memchr("./~$", source.p[0], 4) ? STR("bind")
									  : STR("volume"));
	v->source = value_string(source);
	v->target = value_string(target);
	v->options = fact_list_value(&options);
}

static struct value make_volume(const struct yaml_node *node, struct arena *a)
{
	struct compose_volume_fact *v = NEW_FACT(a, compose_volume_fact, &volume_class, node);
	struct fact_list options = fact_list_make(a, 1);
	const struct yaml_node *propagation = yaml_get(yaml_get(node, "bind"), "propagation");

	if (!v)
		return value_absent();
	if (yaml_kind_of(node) == YAML_SCALAR) {
		short_volume(v, yaml_str(node), a);
		return value_object(&v->object);
	}
	if (propagation)
		fact_list_add(&options, yaml_text(propagation));
	v->type = yaml_text(yaml_get(node, "type"));
	v->source = yaml_text(yaml_get(node, "source"));
	v->target = yaml_text(yaml_get(node, "target"));
	v->options = fact_list_value(&options);
	return value_object(&v->object);
}

static struct value make_each(const struct yaml_node *list, struct arena *a,
			      struct value (*make)(const struct yaml_node *, struct arena *))
{
	size_t n = yaml_kind_of(list) == YAML_LIST ? yaml_len(list) : 0;
	struct fact_list l = fact_list_make(a, n);

	for (size_t i = 0; i < n; i++)
		if (yaml_kind_of(yaml_at(list, i)) != YAML_LIST)
			fact_list_add(&l, make(yaml_at(list, i), a));
	return fact_list_value(&l);
}

static void add_env(struct fact_list *l, struct arena *a, const struct yaml_node *node,
		    struct str name, struct str value)
{
	struct compose_env_fact *e = NEW_FACT(a, compose_env_fact, &env_class, node);

	if (!e)
		return;
	e->name = value_string(name);
	e->value = value_string(value.p ? value : STR(""));
	fact_list_add(l, value_object(&e->object));
}

/* {A: b} or [A=b]. */
static struct value pairs(const struct yaml_node *node, struct arena *a)
{
	struct fact_list l = fact_list_make(a, yaml_len(node));
	const struct yaml_node *key, *value;
	struct str name, text;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++)
		add_env(&l, a, value, yaml_str(key), yaml_str(value));
	for (size_t i = 0; yaml_kind_of(node) == YAML_LIST && i < yaml_len(node); i++) {
		text = yaml_str(yaml_at(node, i));
		if (str_cut(text, '=', &name, &text))
			add_env(&l, a, yaml_at(node, i), name, text);
	}
	return fact_list_value(&l);
}

static struct value names(const struct yaml_node *node, struct arena *a)
{
	struct value list = pairs(node, a);
	struct fact_list l = fact_list_make(a, list.n);

	for (uint32_t i = 0; i < list.n; i++)
		fact_list_add(&l,
			      ((const struct compose_env_fact *)(const void *)list.items[i].object)
				      ->name);
	return fact_list_value(&l);
}

/* ---- services ---- */

static struct value texts(const struct yaml_node *c, struct arena *a)
{
	static const char *const keys[] = {"user", "network_mode", "pid",	    "ipc",
					   "uts",  "userns_mode",  "cgroup_parent", "restart"};
	struct fact_map m = fact_map_make(a, 8);

	for (size_t i = 0; i < 8; i++)
		fact_map_put(&m, str_of(keys[i]), yaml_text(yaml_get(c, keys[i])));
	return fact_map_value(&m);
}

static struct value keys_of(const struct yaml_node *c, struct arena *a)
{
	const struct yaml_node *key, *value;
	struct fact_list l = fact_list_make(a, yaml_len(c));

	for (size_t i = 0; yaml_entry(c, i, &key, &value); i++)
		fact_list_add(&l, yaml_text(key));
	return fact_list_value(&l);
}

static struct value first_text(const struct yaml_node *one, const struct yaml_node *other)
{
	return yaml_str(one).n ? yaml_text(one) : yaml_text(other);
}

static void set_limits(struct compose_service_fact *s, const struct yaml_node *c)
{
	const struct yaml_node *deploy = yaml_get(c, "deploy"),
			       *policy = yaml_get(deploy, "restart_policy");
	const struct yaml_node *limits = yaml_get(yaml_get(deploy, "resources"), "limits");

	s->memory = first_text(yaml_get(c, "mem_limit"), yaml_get(limits, "memory"));
	s->cpus = first_text(yaml_get(c, "cpus"), yaml_get(limits, "cpus"));
	s->pids = first_text(yaml_get(c, "pids_limit"), yaml_get(limits, "pids"));
	s->restart_condition = yaml_text(yaml_get(policy, "condition"));
	if (policy && !s->restart_condition.n)
		s->restart_condition = value_string(STR("any"));
	s->restart_attempts = yaml_text(yaml_get(policy, "max_attempts"));
}

static struct value env_files(const struct yaml_node *files, struct arena *a)
{
	struct fact_list l = fact_list_make(a, yaml_len(files));

	if (yaml_kind_of(files) == YAML_SCALAR)
		return strings(files, a);
	for (size_t i = 0; yaml_kind_of(files) == YAML_LIST && i < yaml_len(files); i++)
		fact_list_add(&l,
			      first_text(yaml_at(files, i), yaml_get(yaml_at(files, i), "path")));
	return fact_list_value(&l);
}

static struct value make_service(const struct compose_project *project, struct str name,
				 const struct yaml_node *node, struct arena *a)
{
	struct compose_service_fact *s = NEW_FACT(a, compose_service_fact, &service_class, node);
	const struct yaml_node *health = yaml_get(node, "healthcheck");

	if (!s)
		return value_absent();
	s->name = value_string(name);
	s->image = manifest_image_value(value_str(yaml_text(yaml_get(node, "image"))), a);
	s->built = value_bool(yaml_get(node, "build") != NULL);
	s->texts = texts(node, a);
	s->privileged = value_bool(is_true(yaml_get(node, "privileged")));
	s->read_only = value_bool(is_true(yaml_get(node, "read_only")));
	s->keys = keys_of(node, a);
	s->security_opt = strings(yaml_get(node, "security_opt"), a);
	s->cap_add = strings(yaml_get(node, "cap_add"), a);
	s->cap_drop = strings(yaml_get(node, "cap_drop"), a);
	s->devices = strings(yaml_get(node, "devices"), a);
	s->tmpfs = strings(yaml_get(node, "tmpfs"), a);
	s->sysctls = names(yaml_get(node, "sysctls"), a);
	s->ports = make_each(yaml_get(node, "ports"), a, make_port);
	s->volumes = make_each(yaml_get(node, "volumes"), a, make_volume);
	s->environment = pairs(yaml_get(node, "environment"), a);
	s->build_args = pairs(yaml_get(yaml_get(node, "build"), "args"), a);
	set_limits(s, node);
	s->healthcheck = value_bool(health && !is_true(yaml_get(health, "disable")));
	s->extends_file = yaml_text(yaml_get(yaml_get(node, "extends"), "file"));
	s->partial = value_bool(map_get(&project->partial, name) != NULL);
	s->profiles = strings(yaml_get(node, "profiles"), a);
	s->env_files = env_files(yaml_get(node, "env_file"), a);
	s->body = yaml_map_or_empty(node, a);
	s->place = yaml_places_value(node, a);
	return value_object(&s->object);
}

static struct value includes(const struct yaml_node *list, struct arena *a)
{
	struct fact_list l = fact_list_make(a, yaml_len(list));

	for (size_t i = 0; yaml_kind_of(list) == YAML_LIST && i < yaml_len(list); i++)
		fact_list_add(&l, first_text(yaml_at(list, i), yaml_get(yaml_at(list, i), "path")));
	return fact_list_value(&l);
}

int compose_facts_make(const struct compose_project *project, struct arena *a,
		       struct compose_file_fact *ret, struct err *err)
{
	const struct yaml_node *root = project->root;
	const struct yaml_node *services = yaml_get(root, "services"), *key, *value;
	struct fact_list l = fact_list_make(a, yaml_len(services));

	for (size_t i = 0; yaml_entry(services, i, &key, &value); i++)
		if (yaml_kind_of(value) == YAML_MAP)
			fact_list_add(&l, make_service(project, yaml_str(key), value, a));
	ret->object = (struct object){&file_class, root};
	ret->services = fact_list_value(&l);
	ret->includes = includes(yaml_get(root, "include"), a);
	ret->body = yaml_map_or_empty(root, a);
	ret->place = yaml_places_value(root, a);
	return arena_check(a, err);
}
