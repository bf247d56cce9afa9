/* SPDX-License-Identifier: Apache-2.0 */
#include "check/kubernetes_facts.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "check/kubernetes_select.h"
#include "check/yaml_facts.h"
#include "check/yaml_place_fact.h"

/* ---- classes ---- */

#define GET_security_fact(name, type, help)	FACT_GETTER(security_fact, name)
#define ROW_security_fact(name, type, help)	FACT_ROW(security_fact, name, type)
#define GET_port_fact(name, type, help)		FACT_GETTER(port_fact, name)
#define ROW_port_fact(name, type, help)		FACT_ROW(port_fact, name, type)
#define GET_env_fact(name, type, help)		FACT_GETTER(env_fact, name)
#define ROW_env_fact(name, type, help)		FACT_ROW(env_fact, name, type)
#define GET_volume_fact(name, type, help)	FACT_GETTER(volume_fact, name)
#define ROW_volume_fact(name, type, help)	FACT_ROW(volume_fact, name, type)
#define GET_volume_mount_fact(name, type, help) FACT_GETTER(volume_mount_fact, name)
#define ROW_volume_mount_fact(name, type, help) FACT_ROW(volume_mount_fact, name, type)
#define GET_handler_fact(name, type, help)	FACT_GETTER(handler_fact, name)
#define ROW_handler_fact(name, type, help)	FACT_ROW(handler_fact, name, type)
#define GET_container_fact(name, type, help)	FACT_GETTER(container_fact, name)
#define ROW_container_fact(name, type, help)	FACT_ROW(container_fact, name, type)
#define GET_pod_fact(name, type, help)		FACT_GETTER(pod_fact, name)
#define ROW_pod_fact(name, type, help)		FACT_ROW(pod_fact, name, type)
#define GET_role_rule_fact(name, type, help)	FACT_GETTER(role_rule_fact, name)
#define ROW_role_rule_fact(name, type, help)	FACT_ROW(role_rule_fact, name, type)
#define GET_role_subject_fact(name, type, help) FACT_GETTER(role_subject_fact, name)
#define ROW_role_subject_fact(name, type, help) FACT_ROW(role_subject_fact, name, type)
#define GET_object_fact(name, type, help)	FACT_GETTER(object_fact, name)
#define ROW_object_fact(name, type, help)	FACT_ROW(object_fact, name, type)
#define GET_set_fact(name, type, help)		FACT_GETTER(set_fact, name)
#define ROW_set_fact(name, type, help)		FACT_ROW(set_fact, name, type)

FACT_CLASS(security_fact, security_class, "Security", SECURITY_FIELDS)
FACT_CLASS(port_fact, port_class, "Port", PORT_FIELDS)
FACT_CLASS(env_fact, env_class, "Env", ENV_FIELDS)
FACT_CLASS(volume_fact, volume_class, "Volume", VOLUME_FIELDS)
FACT_CLASS(volume_mount_fact, volume_mount_class, "VolumeMount", VOLUME_MOUNT_FIELDS)
FACT_CLASS(handler_fact, handler_class, "Handler", HANDLER_FIELDS)
FACT_CLASS(container_fact, container_class, "Container", CONTAINER_FIELDS)
FACT_CLASS(pod_fact, pod_class, "Pod", POD_FIELDS)
FACT_CLASS(role_rule_fact, role_rule_class, "RoleRule", ROLE_RULE_FIELDS)
FACT_CLASS(role_subject_fact, role_subject_class, "RoleSubject", ROLE_SUBJECT_FIELDS)
FACT_CLASS(object_fact, object_class_, "Object", OBJECT_FIELDS)
FACT_CLASS(set_fact, set_class, "Set", SET_FIELDS)

static const struct object_class *const own_classes[] = {
	&security_class, &port_class,		&env_class, &volume_class,    &volume_mount_class,
	&handler_class,	 &container_class,	&pod_class, &role_rule_class, &role_subject_class,
	&object_class_,	 &schema_problem_class, NULL,
};

const struct object_class *const kubernetes_classes[] = {
	&manifest_image_class,
	&security_class,
	&port_class,
	&env_class,
	&volume_class,
	&volume_mount_class,
	&handler_class,
	&container_class,
	&pod_class,
	&role_rule_class,
	&role_subject_class,
	&object_class_,
	&set_class,
	&schema_problem_class,
	NULL,
};

const struct yaml_node *kubernetes_fact_node(struct value v)
{
	if (v.kind != VALUE_OBJECT)
		return yaml_fact_node(v);
	for (size_t i = 0; own_classes[i]; i++)
		if (v.object->class == own_classes[i])
			return v.object->data;
	return yaml_place_node(v);
}

/* ---- what is being made ---- */

struct making {
	struct arena *arena;
	struct vec objects; /* struct object_fact * */
	struct str path;
	struct err *err;
};

static const struct yaml_node *map_at(const struct yaml_node *node, const char *key)
{
	const struct yaml_node *found = yaml_get(node, key);

	return yaml_kind_of(found) == YAML_MAP ? found : NULL;
}

static const struct yaml_node *list_at(const struct yaml_node *node, const char *key)
{
	const struct yaml_node *found = yaml_get(node, key);

	return yaml_kind_of(found) == YAML_LIST ? found : NULL;
}

static struct value text_at(const struct yaml_node *node, const char *key)
{
	return yaml_text(yaml_get(node, key));
}

/* A scalar as what it is; null when it is none. */
static struct value scalar_at(const struct yaml_node *node, const char *key)
{
	struct yaml_fact unused;
	const struct yaml_node *found = yaml_get(node, key);

	return yaml_kind_of(found) == YAML_SCALAR ? yaml_fact_init(&unused, found) : value_null();
}

static struct value int_at(const struct yaml_node *node, const char *key)
{
	struct value v = scalar_at(node, key);

	return v.kind == VALUE_INT ? v : value_int(0);
}

static bool is_true_at(const struct yaml_node *node, const char *key)
{
	struct value v = scalar_at(node, key);

	return v.kind == VALUE_BOOL && v.b;
}

static bool is_false_at(const struct yaml_node *node, const char *key)
{
	struct value v = scalar_at(node, key);

	return v.kind == VALUE_BOOL && !v.b;
}

static struct value line_of(const struct yaml_node *node)
{
	return value_int((int64_t)yaml_line(node));
}

static struct value or_else(struct value v, struct value other)
{
	bool empty = v.kind == VALUE_NULL || (v.kind == VALUE_STRING && v.n == 0) ||
		     (v.kind == VALUE_MAP && v.n == 0);

	return empty ? other : v;
}

/* One fact for each map of the list. */
typedef struct value (*make_one)(struct making *m, const struct yaml_node *node,
				 const void *context);

static struct value make_each(struct making *m, const struct yaml_node *list, make_one make,
			      const void *context)
{
	size_t n = yaml_kind_of(list) == YAML_LIST ? yaml_len(list) : 0;
	struct fact_list l = fact_list_make(m->arena, n);

	for (size_t i = 0; i < n; i++)
		if (yaml_kind_of(yaml_at(list, i)) == YAML_MAP)
			fact_list_add(&l, make(m, yaml_at(list, i), context));
	return fact_list_value(&l);
}

static void *new_fact(struct making *m, size_t size, const struct object_class *class,
		      const struct yaml_node *node)
{
	struct object *o = arena_alloc(m->arena, size);

	if (o)
		*o = (struct object){class, node};
	return o;
}
#define NEW_FACT(m, type, class, node)                                                             \
	((struct type *)new_fact(m, sizeof(struct type), class, node))

/* ---- security contexts ---- */

static struct value capability(struct making *m, struct str name)
{
	struct str copy = arena_str(m->arena, name);
	char *p = (char *)(uintptr_t)copy.p; /* our own copy */

	for (size_t i = 0; p && i < copy.n; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 'a' + 'A');
	(void)str_pull_prefix(&copy, STR("CAP_")); /* may be there */
	return value_string(copy.p ? copy : STR(""));
}

static struct value capabilities(struct making *m, const struct yaml_node *context, const char *key)
{
	const struct yaml_node *list = list_at(map_at(context, "capabilities"), key);
	struct fact_list l = fact_list_make(m->arena, yaml_len(list));

	for (size_t i = 0; i < yaml_len(list); i++)
		if (yaml_str(yaml_at(list, i)).n)
			fact_list_add(&l, capability(m, yaml_str(yaml_at(list, i))));
	return fact_list_value(&l);
}

static struct value name_of_sysctl(struct making *m, const struct yaml_node *node,
				   const void *context)
{
	(void)m;
	(void)context;
	return text_at(node, "name");
}

static struct value scalars(struct making *m, const struct yaml_node *list)
{
	struct fact_list l = fact_list_make(m->arena, yaml_len(list));
	struct yaml_fact unused;

	for (size_t i = 0; i < yaml_len(list); i++)
		if (yaml_kind_of(yaml_at(list, i)) == YAML_SCALAR)
			fact_list_add(&l, yaml_fact_init(&unused, yaml_at(list, i)));
	return fact_list_value(&l);
}

/* What the old annotations say: runtime/default, unconfined, localhost/x. */
static struct value profile_of_annotation(struct str s)
{
	if (str_is(s, "runtime/default") || str_is(s, "docker/default"))
		return value_string(STR("RuntimeDefault"));
	if (str_is(s, "unconfined"))
		return value_string(STR("Unconfined"));
	if (str_has_prefix(s, STR("localhost/")))
		return value_string(STR("Localhost"));
	return value_string(s.p ? s : STR(""));
}

static struct value annotation(const struct yaml_node *annotations, const char *prefix,
			       struct str name)
{
	CLEANUP(strbuf_done) struct strbuf key = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_adds(&key, prefix);
	strbuf_add(&key, name);
	return profile_of_annotation(yaml_str(yaml_find(annotations, strbuf_str(&key))));
}

/* What stands in this context alone; pods and containers share most of it. */
static struct security_fact *make_security(struct making *m, const struct yaml_node *context)
{
	struct security_fact *s = NEW_FACT(m, security_fact, &security_class, context);

	if (!s)
		return NULL;
	s->written = value_bool(yaml_len(context) > 0);
	s->privileged = value_bool(is_true_at(context, "privileged"));
	s->allow_privilege_escalation = scalar_at(context, "allowPrivilegeEscalation");
	s->read_only_root_filesystem = scalar_at(context, "readOnlyRootFilesystem");
	s->run_as_non_root = scalar_at(context, "runAsNonRoot");
	s->run_as_user = scalar_at(context, "runAsUser");
	s->run_as_group = scalar_at(context, "runAsGroup");
	s->fs_group = scalar_at(context, "fsGroup");
	s->supplemental_groups = scalars(m, list_at(context, "supplementalGroups"));
	s->host_process = scalar_at(map_at(context, "windowsOptions"), "hostProcess");
	s->seccomp = text_at(map_at(context, "seccompProfile"), "type");
	s->apparmor = text_at(map_at(context, "appArmorProfile"), "type");
	s->selinux = yaml_map_or_empty(yaml_get(context, "seLinuxOptions"), m->arena);
	s->proc_mount = text_at(context, "procMount");
	s->add = capabilities(m, context, "add");
	s->drop = capabilities(m, context, "drop");
	s->sysctls = make_each(m, list_at(context, "sysctls"), name_of_sysctl, NULL);
	return s;
}

static void keep_own(struct security_fact *s)
{
	s->own_seccomp = s->seccomp;
	s->own_apparmor = s->apparmor;
	s->own_selinux = s->selinux;
}

static struct security_fact *pod_security(struct making *m, const struct yaml_node *spec,
					  const struct yaml_node *annotations)
{
	struct security_fact *s = make_security(m, map_at(spec, "securityContext"));

	if (!s)
		return NULL;
	s->seccomp = or_else(
		s->seccomp,
		annotation(annotations, "seccomp.security.alpha.kubernetes.io/pod", STR("")));
	keep_own(s);
	return s;
}

struct pod_context {
	const struct map *volumes; /* name -> struct volume_fact */
	const struct security_fact *security;
	const struct yaml_node *spec, *annotations;
	const char *kind;
};

static struct security_fact *container_security(struct making *m, const struct yaml_node *node,
						const struct pod_context *p)
{
	struct security_fact *s = make_security(m, map_at(node, "securityContext"));
	struct str name = yaml_get_str(node, "name");

	if (!s || !p->security)
		return NULL;
	s->seccomp = or_else(s->seccomp,
			     annotation(p->annotations,
					"container.seccomp.security.alpha.kubernetes.io/", name));
	s->apparmor = or_else(s->apparmor,
			      annotation(p->annotations,
					 "container.apparmor.security.beta.kubernetes.io/", name));
	keep_own(s);
	s->run_as_non_root = or_else(s->run_as_non_root, p->security->run_as_non_root);
	s->run_as_user = or_else(s->run_as_user, p->security->run_as_user);
	s->run_as_group = or_else(s->run_as_group, p->security->run_as_group);
	s->host_process = or_else(s->host_process, p->security->host_process);
	s->seccomp = or_else(s->seccomp, p->security->seccomp);
	s->apparmor = or_else(s->apparmor, p->security->apparmor);
	s->selinux = or_else(s->selinux, p->security->selinux);
	return s;
}

/* ---- containers ---- */

static struct value make_port(struct making *m, const struct yaml_node *node, const void *context)
{
	struct port_fact *p = NEW_FACT(m, port_fact, &port_class, node);

	(void)context;
	if (!p)
		return value_absent();
	p->name = text_at(node, "name");
	p->container_port = int_at(node, "containerPort");
	p->host_port = int_at(node, "hostPort");
	p->host_ip = text_at(node, "hostIP");
	return value_object(&p->object);
}

static struct value make_env(struct making *m, const struct yaml_node *node, const void *context)
{
	struct env_fact *e = NEW_FACT(m, env_fact, &env_class, node);

	(void)context;
	if (!e)
		return value_absent();
	e->name = text_at(node, "name");
	e->value = text_at(node, "value");
	e->secret = text_at(map_at(map_at(node, "valueFrom"), "secretKeyRef"), "name");
	return value_object(&e->object);
}

static struct value env_secrets(struct making *m, const struct yaml_node *list)
{
	struct fact_list l = fact_list_make(m->arena, yaml_len(list));

	for (size_t i = 0; i < yaml_len(list); i++)
		if (map_at(yaml_at(list, i), "secretRef"))
			fact_list_add(&l, text_at(map_at(yaml_at(list, i), "secretRef"), "name"));
	return fact_list_value(&l);
}

static struct value host_path_of(const struct pod_context *p, struct str name)
{
	const struct volume_fact *v = map_get(p->volumes, name);

	return v ? v->host_path : value_string(STR(""));
}

static struct value make_mount(struct making *m, const struct yaml_node *node, const void *context)
{
	struct volume_mount_fact *v = NEW_FACT(m, volume_mount_fact, &volume_mount_class, node);

	if (!v)
		return value_absent();
	v->name = text_at(node, "name");
	v->path = text_at(node, "mountPath");
	v->read_only = value_bool(is_true_at(node, "readOnly") ||
				  str_is(yaml_get_str(node, "recursiveReadOnly"), "Enabled"));
	v->propagation = text_at(node, "mountPropagation");
	v->host_path = host_path_of(context, value_str(v->name));
	return value_object(&v->object);
}

static const char *const probes[] = {"livenessProbe", "readinessProbe", "startupProbe", NULL};
static const char *const hooks[] = {"postStart", "preStop", NULL};

static void add_handler(struct making *m, struct fact_list *l, const char *kind,
			const struct yaml_node *node)
{
	struct handler_fact *h = node ? NEW_FACT(m, handler_fact, &handler_class, node) : NULL;
	const struct yaml_node *how = map_at(node, "httpGet");

	if (!h)
		return;
	if (!how)
		how = map_at(node, "tcpSocket");
	if (!how)
		how = map_at(node, "grpc");
	h->kind = value_string(str_of(kind));
	h->host = text_at(how, "host");
	h->port = scalar_at(how, "port");
	fact_list_add(l, value_object(&h->object));
}

static struct value handlers(struct making *m, const struct yaml_node *node)
{
	struct fact_list l = fact_list_make(m->arena, 5);

	for (size_t i = 0; probes[i]; i++)
		add_handler(m, &l, probes[i], map_at(node, probes[i]));
	for (size_t i = 0; hooks[i]; i++)
		add_handler(m, &l, hooks[i], map_at(map_at(node, "lifecycle"), hooks[i]));
	return fact_list_value(&l);
}

static struct value probes_of(struct making *m, const struct yaml_node *node)
{
	struct fact_list l = fact_list_make(m->arena, 3);

	for (size_t i = 0; probes[i]; i++)
		if (map_at(node, probes[i]))
			fact_list_add(&l, value_string(str_of(probes[i])));
	return fact_list_value(&l);
}

/* Resources of the pod as a whole stand for what a container does not say; limits are requests. */
static struct value resources(struct making *m, const struct yaml_node *node,
			      const struct pod_context *p, bool of_limits)
{
	const struct yaml_node *own = map_at(node, "resources"),
			       *pod = map_at(p->spec, "resources");
	const struct yaml_node *from[] = {of_limits ? NULL : map_at(pod, "limits"),
					  map_at(pod, of_limits ? "limits" : "requests"),
					  of_limits ? NULL : map_at(own, "limits"),
					  map_at(own, of_limits ? "limits" : "requests")};
	const struct yaml_node *key, *value;
	struct fact_map map;
	size_t n = 0;

	for (size_t i = 0; i < 4; i++)
		n += yaml_len(from[i]);
	map = fact_map_make(m->arena, n < 64 ? n : 64);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; map.n < map.cap && yaml_entry(from[i], k, &key, &value); k++)
			fact_map_put(&map, yaml_str(key), yaml_arena_value(value, m->arena));
	return fact_map_value(&map);
}

static struct value make_container(struct making *m, const struct yaml_node *node,
				   const void *context)
{
	const struct pod_context *p = context;
	struct container_fact *c = NEW_FACT(m, container_fact, &container_class, node);
	struct security_fact *security = container_security(m, node, p);

	if (!c || !security)
		return value_absent();
	c->name = text_at(node, "name");
	c->kind = value_string(str_of(p->kind));
	c->sidecar = value_bool(strcmp(p->kind, "init") == 0 &&
				str_is(yaml_get_str(node, "restartPolicy"), "Always"));
	c->image = manifest_image_value(value_str(text_at(node, "image")), m->arena);
	c->image_pull_policy = text_at(node, "imagePullPolicy");
	c->command = yaml_strings(list_at(node, "command"), m->arena);
	c->args = yaml_strings(list_at(node, "args"), m->arena);
	c->security = value_object(&security->object);
	c->ports = make_each(m, list_at(node, "ports"), make_port, NULL);
	c->env = make_each(m, list_at(node, "env"), make_env, NULL);
	c->env_secrets = env_secrets(m, list_at(node, "envFrom"));
	c->mounts = make_each(m, list_at(node, "volumeMounts"), make_mount, p);
	c->handlers = handlers(m, node);
	c->probes = probes_of(m, node);
	c->limits = resources(m, node, p, true);
	c->requests = resources(m, node, p, false);
	c->body = yaml_arena_value(node, m->arena);
	c->place = yaml_places_value(node, m->arena);
	c->line = line_of(node);
	return value_object(&c->object);
}

/* ---- pods ---- */

static struct value make_volume(struct making *m, const struct yaml_node *node, const void *context)
{
	struct volume_fact *v = NEW_FACT(m, volume_fact, &volume_class, node);
	struct fact_list types = fact_list_make(m->arena, yaml_len(node));
	const struct yaml_node *key, *value;

	(void)context;
	if (!v)
		return value_absent();
	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++)
		if (!str_is(yaml_str(key), "name"))
			fact_list_add(&types, yaml_text(key));
	v->name = text_at(node, "name");
	v->types = fact_list_value(&types);
	v->host_path = text_at(map_at(node, "hostPath"), "path");
	return value_object(&v->object);
}

static struct value containers(struct making *m, const struct pod_context *of)
{
	static const char *const keys[][2] = {{"containers", "container"},
					      {"initContainers", "init"},
					      {"ephemeralContainers", "ephemeral"}};
	struct pod_context p = *of;
	struct value each[3];
	struct fact_list all;
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		p.kind = keys[i][1];
		each[i] = make_each(m, list_at(p.spec, keys[i][0]), make_container, &p);
		n += each[i].n;
	}
	all = fact_list_make(m->arena, n);
	for (size_t i = 0; i < 3; i++)
		for (uint32_t k = 0; k < each[i].n; k++)
			fact_list_add(&all, each[i].items[k]);
	return fact_list_value(&all);
}

/* Of the workload kinds that we know, and of others built like them. */
static const struct yaml_node *template_of(struct str kind, const struct yaml_node *body)
{
	const struct yaml_node *spec = map_at(body, "spec"), *template;

	if (str_is(kind, "Pod"))
		return body;
	if (str_is(kind, "PodTemplate"))
		return map_at(body, "template");
	template = map_at(map_at(map_at(spec, "jobTemplate"), "spec"), "template");
	if (!template)
		template = map_at(spec, "template");
	return list_at(map_at(template, "spec"), "containers") ||
			       list_at(map_at(template, "spec"), "initContainers")
		       ? template
		       : NULL;
}

static struct pod_fact *make_pod(struct making *m, const struct object_fact *o,
				 const struct yaml_node *template)
{
	const struct yaml_node *spec = map_at(template, "spec"),
			       *meta = map_at(template, "metadata");
	struct pod_context context = {.spec = spec, .annotations = map_at(meta, "annotations")};
	struct pod_fact *p = NEW_FACT(m, pod_fact, &pod_class, spec);
	struct security_fact *security = pod_security(m, spec, context.annotations);
	struct map volumes;

	if (!p || !security)
		return NULL;
	p->name = o->name;
	p->namespace = o->namespace;
	p->kind = o->kind;
	p->labels = yaml_map_or_empty(map_at(meta, "labels"), m->arena);
	p->annotations = yaml_map_or_empty(context.annotations, m->arena);
	p->spec = yaml_map_or_empty(spec, m->arena);
	p->windows = value_bool(str_is(yaml_get_str(map_at(spec, "os"), "name"), "windows"));
	p->user_namespace = value_bool(is_false_at(spec, "hostUsers"));
	p->security = value_object(&security->object);
	p->volumes = make_each(m, list_at(spec, "volumes"), make_volume, NULL);
	p->service_account =
		or_else(text_at(spec, "serviceAccountName"), text_at(spec, "serviceAccount"));
	p->automount = scalar_at(spec, "automountServiceAccountToken");
	p->place = yaml_places_value(spec, m->arena);
	p->line = line_of(spec);
	map_init(&volumes, LIMIT_YAML_NODES);
	for (uint32_t i = 0; i < p->volumes.n; i++) {
		struct volume_fact *v = (void *)(uintptr_t)p->volumes.items[i].object;

		if (map_put(&volumes, value_str(v->name), v) < 0)
			m->arena->failed = true; /* as any other lack of memory */
	}
	context.volumes = &volumes;
	context.security = security;
	p->containers = containers(m, &context);
	map_done(&volumes);
	return p;
}

/* ---- roles ---- */

static struct value lower_strings(struct making *m, const struct yaml_node *list)
{
	struct value v = yaml_strings(list, m->arena);
	struct fact_list l = fact_list_make(m->arena, v.n);

	for (uint32_t i = 0; i < v.n; i++) {
		struct str copy = arena_str(m->arena, value_str(v.items[i]));
		char *p = (char *)(uintptr_t)copy.p; /* our own copy */

		for (size_t k = 0; p && k < copy.n; k++)
			p[k] = char_lower(p[k]);
		fact_list_add(&l, value_string(copy.p ? copy : STR("")));
	}
	return fact_list_value(&l);
}

static struct value make_role_rule(struct making *m, const struct yaml_node *node,
				   const void *context)
{
	struct role_rule_fact *r = NEW_FACT(m, role_rule_fact, &role_rule_class, node);

	(void)context;
	if (!r)
		return value_absent();
	r->verbs = lower_strings(m, list_at(node, "verbs"));
	r->resources = lower_strings(m, list_at(node, "resources"));
	r->groups = yaml_strings(list_at(node, "apiGroups"), m->arena);
	r->names = yaml_strings(list_at(node, "resourceNames"), m->arena);
	r->urls = yaml_strings(list_at(node, "nonResourceURLs"), m->arena);
	return value_object(&r->object);
}

static struct value make_subject(struct making *m, const struct yaml_node *node,
				 const void *context)
{
	struct role_subject_fact *s = NEW_FACT(m, role_subject_fact, &role_subject_class, node);

	(void)context;
	if (!s)
		return value_absent();
	s->kind = text_at(node, "kind");
	s->name = text_at(node, "name");
	s->namespace = text_at(node, "namespace");
	return value_object(&s->object);
}

/* ---- objects ---- */

static bool is_cluster_kind(struct str kind)
{
	static const char *const kinds[] = {"Namespace",
					    "Node",
					    "PersistentVolume",
					    "ClusterRole",
					    "ClusterRoleBinding",
					    "StorageClass",
					    "CustomResourceDefinition",
					    "PriorityClass",
					    "IngressClass",
					    "RuntimeClass",
					    "MutatingWebhookConfiguration",
					    "ValidatingWebhookConfiguration",
					    "ValidatingAdmissionPolicy",
					    "ValidatingAdmissionPolicyBinding",
					    "MutatingAdmissionPolicy",
					    "MutatingAdmissionPolicyBinding",
					    "APIService",
					    "CertificateSigningRequest",
					    "CSIDriver",
					    "CSINode",
					    "VolumeAttachment",
					    "FlowSchema",
					    "PriorityLevelConfiguration",
					    "PodSecurityPolicy",
					    "TokenReview",
					    "SubjectAccessReview",
					    "SelfSubjectAccessReview",
					    "SelfSubjectRulesReview",
					    "ClusterTrustBundle",
					    "DeviceClass",
					    "VolumeAttributesClass",
					    "ServiceCIDR",
					    "IPAddress",
					    "ClusterIssuer",
					    "GatewayClass",
					    "ClusterPolicy",
					    "Kustomization",
					    "ComponentStatus",
					    NULL};

	for (size_t i = 0; kinds[i]; i++)
		if (str_is(kind, kinds[i]))
			return true;
	return false;
}

static void name_object(struct making *m, struct object_fact *o, const struct yaml_node *node)
{
	const struct yaml_node *meta = map_at(node, "metadata");
	struct str api = yaml_get_str(node, "apiVersion"), group, version;

	if (!str_cut(api, '/', &group, &version)) {
		group = STR("");
		version = api.p ? api : STR("");
	}
	o->kind = text_at(node, "kind");
	o->api_version = text_at(node, "apiVersion");
	o->group = value_string(group);
	o->version = value_string(version);
	o->name = or_else(text_at(meta, "name"), text_at(meta, "generateName"));
	o->namespace = text_at(meta, "namespace");
	o->namespaced = value_bool(!is_cluster_kind(value_str(o->kind)));
	o->labels = yaml_map_or_empty(map_at(meta, "labels"), m->arena);
	o->annotations = yaml_map_or_empty(map_at(meta, "annotations"), m->arena);
}

static int make_object(struct making *m, const struct yaml_node *node, size_t document)
{
	struct object_fact *o = NEW_FACT(m, object_fact, &object_class_, node);
	const struct yaml_node *template;
	struct object_fact **slot = vec_push(&m->objects);
	struct pod_fact *pod;

	if (!o || !slot)
		return slot ? err_nomem(m->err)
			    : err_set(m->err, ERR_LIMIT, "more than kubernetes_objects (%d)",
				      (int)LIMIT_KUBERNETES_OBJECTS);
	*slot = o;
	name_object(m, o, node);
	o->spec = yaml_map_or_empty(map_at(node, "spec"), m->arena);
	o->body = yaml_arena_value(node, m->arena);
	o->rules = make_each(m, list_at(node, "rules"), make_role_rule, NULL);
	o->role = text_at(map_at(node, "roleRef"), "name");
	o->role_kind = text_at(map_at(node, "roleRef"), "kind");
	o->subjects = make_each(m, list_at(node, "subjects"), make_subject, NULL);
	o->contains = fact_list_value(&(struct fact_list){0});
	o->scaled = value_bool(false);
	o->file = value_string(m->path);
	o->document = value_int((int64_t)document);
	o->place = yaml_places_value(node, m->arena);
	o->line = line_of(node);
	if (kubernetes_schema_check(node, m->arena, &o->problems, m->err) < 0)
		return -ERR_NOMEM;
	template = template_of(value_str(o->kind), node);
	pod = template ? make_pod(m, o, template) : NULL;
	if (pod)
		o->pod = value_object(&pod->object);
	return arena_check(m->arena, m->err);
}

/* Lists of any kind, and OpenShift's templates, hold objects; a list may hold lists. */
static int make_objects(struct making *m, const struct yaml_node *node, size_t document,
			unsigned depth);

static int make_items(struct making *m, const struct yaml_node *items, size_t document,
		      unsigned depth)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < yaml_len(items); i++)
		r = make_objects(m, yaml_at(items, i), document, depth - 1);
	return r;
}

static int make_objects(struct making *m, const struct yaml_node *node, size_t document,
			unsigned depth)
{
	bool is_list = str_has_suffix(yaml_get_str(node, "kind"), STR("List"));
	const struct yaml_node *items = list_at(node, is_list ? "items" : "objects");

	if (yaml_kind_of(node) == YAML_LIST && depth) /* .items alone, of kubectl -o json */
		return make_items(m, node, document, depth);
	if (yaml_kind_of(node) != YAML_MAP)
		return 0;
	if (!items || depth == 0 || (!is_list && !str_is(yaml_get_str(node, "kind"), "Template")))
		return yaml_get(node, "kind") || yaml_get(node, "apiVersion")
			       ? make_object(m, node, document)
			       : 0;
	return make_items(m, items, document, depth);
}

#define LIST_DEPTH 8

int kubernetes_objects_make(const struct yaml_file *file, struct str path, struct arena *a,
			    struct kubernetes_objects *ret, struct err *err)
{
	struct making m = {.arena = a,
			   .objects = VEC_INIT(struct object_fact *, LIMIT_KUBERNETES_OBJECTS),
			   .path = path,
			   .err = err};
	int r = 0;

	for (size_t i = 0; r == 0 && i < yaml_n_documents(file); i++)
		r = make_objects(&m, yaml_document(file, i), i + 1, LIST_DEPTH);
	ret->n = m.objects.n;
	ret->p = arena_array(a, m.objects.n ? m.objects.n : 1, sizeof *ret->p);
	for (size_t i = 0; ret->p && i < m.objects.n; i++)
		ret->p[i] = *(struct object_fact **)vec_at(&m.objects, i);
	vec_done(&m.objects);
	return r < 0 ? r : arena_check(a, err);
}

int kubernetes_set_make(struct object_fact **objects, size_t n, bool complete, struct arena *a,
			struct kubernetes_facts *ret, struct err *err)
{
	struct fact_list all = fact_list_make(a, n), pods = fact_list_make(a, n);

	*ret = (struct kubernetes_facts){.objects = objects, .n_objects = n};
	for (size_t i = 0; i < n; i++) {
		fact_list_add(&all, value_object(&objects[i]->object));
		if (objects[i]->pod.kind == VALUE_OBJECT)
			fact_list_add(&pods, objects[i]->pod);
	}
	ret->set.object.class = &set_class;
	ret->set.objects = fact_list_value(&all);
	ret->set.pods = fact_list_value(&pods);
	ret->set.complete = value_bool(complete && n > 1);
	return kubernetes_select(ret, a, err);
}
