/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compose_facts.h"

#include "check/yaml_facts.h"
#include "check/yaml_place_fact.h"

#define EXTENDS_MAX				   8 /* services that extend each other */

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
	&manifest_image_class, &port_class, &volume_class, &env_class,
	&service_class,	       &file_class, NULL,
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

/* A service and those that it extends, nearest first. */
struct chain {
	const struct yaml_node *p[EXTENDS_MAX];
	size_t n;
};

static struct chain chain_of(const struct yaml_node *services, const struct yaml_node *node)
{
	struct chain c = {.n = 0};

	while (node && c.n < EXTENDS_MAX) {
		const struct yaml_node *extends = yaml_get(node, "extends");
		struct str name = yaml_kind_of(extends) == YAML_SCALAR
					  ? yaml_str(extends)
					  : yaml_get_str(extends, "service");

		c.p[c.n++] = node;
		node = name.n && !yaml_get(extends, "file") ? yaml_find(services, name) : NULL;
	}
	return c;
}

static const struct yaml_node *get(const struct chain *c, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (yaml_get(c->p[i], key))
			return yaml_get(c->p[i], key);
	return NULL;
}

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
	return v.kind == VALUE_BOOL && v.b;
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

static struct value texts(const struct chain *c, struct arena *a)
{
	static const char *const keys[] = {"user", "network_mode", "pid",	    "ipc",
					   "uts",  "userns_mode",  "cgroup_parent", "restart"};
	struct fact_map m = fact_map_make(a, 8);

	for (size_t i = 0; i < 8; i++)
		fact_map_put(&m, str_of(keys[i]), yaml_text(get(c, keys[i])));
	return fact_map_value(&m);
}

static struct value keys_of(const struct chain *c, struct arena *a)
{
	const struct yaml_node *key, *value;
	struct fact_list l;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += yaml_len(c->p[i]);
	l = fact_list_make(a, n);
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; yaml_entry(c->p[i], k, &key, &value); k++)
			fact_list_add(&l, yaml_text(key));
	return fact_list_value(&l);
}

static struct value first_text(const struct yaml_node *one, const struct yaml_node *other)
{
	return yaml_str(one).n ? yaml_text(one) : yaml_text(other);
}

static void set_limits(struct compose_service_fact *s, const struct chain *c)
{
	const struct yaml_node *deploy = get(c, "deploy"),
			       *policy = yaml_get(deploy, "restart_policy");
	const struct yaml_node *limits = yaml_get(yaml_get(deploy, "resources"), "limits");

	s->memory = first_text(get(c, "mem_limit"), yaml_get(limits, "memory"));
	s->cpus = first_text(get(c, "cpus"), yaml_get(limits, "cpus"));
	s->pids = first_text(get(c, "pids_limit"), yaml_get(limits, "pids"));
	s->restart_condition = yaml_text(yaml_get(policy, "condition"));
	if (policy && !s->restart_condition.n)
		s->restart_condition = value_string(STR("any"));
	s->restart_attempts = yaml_text(yaml_get(policy, "max_attempts"));
}

static struct value make_service(const struct yaml_node *services, struct str name,
				 const struct yaml_node *node, struct arena *a)
{
	struct compose_service_fact *s = NEW_FACT(a, compose_service_fact, &service_class, node);
	struct chain c = chain_of(services, node);
	const struct yaml_node *health = get(&c, "healthcheck");

	if (!s)
		return value_absent();
	s->name = value_string(name);
	s->image = manifest_image_value(value_str(yaml_text(get(&c, "image"))), a);
	s->built = value_bool(get(&c, "build") != NULL);
	s->texts = texts(&c, a);
	s->privileged = value_bool(is_true(get(&c, "privileged")));
	s->read_only = value_bool(is_true(get(&c, "read_only")));
	s->keys = keys_of(&c, a);
	s->security_opt = strings(get(&c, "security_opt"), a);
	s->cap_add = strings(get(&c, "cap_add"), a);
	s->cap_drop = strings(get(&c, "cap_drop"), a);
	s->devices = strings(get(&c, "devices"), a);
	s->tmpfs = strings(get(&c, "tmpfs"), a);
	s->sysctls = names(get(&c, "sysctls"), a);
	s->ports = make_each(get(&c, "ports"), a, make_port);
	s->volumes = make_each(get(&c, "volumes"), a, make_volume);
	s->environment = pairs(get(&c, "environment"), a);
	s->build_args = pairs(yaml_get(get(&c, "build"), "args"), a);
	set_limits(s, &c);
	s->healthcheck = value_bool(health && !is_true(yaml_get(health, "disable")));
	s->extends_file = yaml_text(yaml_get(yaml_get(node, "extends"), "file"));
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

int compose_facts_make(const struct yaml_node *root, struct arena *a, struct compose_file_fact *ret,
		       struct err *err)
{
	const struct yaml_node *services = yaml_get(root, "services"), *key, *value;
	struct fact_list l = fact_list_make(a, yaml_len(services));

	for (size_t i = 0; yaml_entry(services, i, &key, &value); i++)
		if (yaml_kind_of(value) == YAML_MAP)
			fact_list_add(&l, make_service(services, yaml_str(key), value, a));
	ret->object = (struct object){&file_class, root};
	ret->services = fact_list_value(&l);
	ret->includes = includes(yaml_get(root, "include"), a);
	ret->body = yaml_map_or_empty(root, a);
	ret->place = yaml_places_value(root, a);
	return arena_check(a, err);
}
