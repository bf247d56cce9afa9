/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes manifests as facts for rules: objects, their pods, their containers, and the set that
 * the objects of several files are.
 *
 *     struct kubernetes_objects objects;
 *     r = kubernetes_objects_make(yaml, path, &arena, &objects, err);          for each file
 *     struct kubernetes_facts facts;
 *     r = kubernetes_set_make(all, n, complete, &set_arena, &facts, err);      once, for all
 *     facts.objects[i]->pod, facts.set
 *
 * What objects mean for each other (selected, selected_by, account, contains, scaled) is known when
 * the set is made.
 *
 * The lists below are the manual of the fields. Every field is there unless its help says unset;
 * what is of another type than Kubernetes expects counts as not written. `place["a.b"]` is where
 * that key stands in the file, or the deepest part of it that is there: for a rule's `at`.
 *
 * Ownership: all of it lives in the arenas and borrows the YAML files. Threads: never changed once
 * the set is made. Errors: ERR_NOMEM, ERR_LIMIT (kubernetes_objects).
 */
#pragma once

#include "check/fact_class.h"
#include "check/image_fact.h"
#include "check/kubernetes_schema.h"
#include "codec/yaml.h"

#define SECURITY_FIELDS(FIELD)                                                                     \
	FIELD(written, "bool", "there is a securityContext with something in it")                  \
	FIELD(privileged, "bool", "true is written")                                               \
	FIELD(allow_privilege_escalation, "dyn", "as written, or null")                            \
	FIELD(read_only_root_filesystem, "dyn", "as written, or null")                             \
	FIELD(run_as_non_root, "dyn", "of the container, else of the pod, or null")                \
	FIELD(run_as_user, "dyn", "of the container, else of the pod, or null")                    \
	FIELD(run_as_group, "dyn", "of the container, else of the pod, or null")                   \
	FIELD(fs_group, "dyn", "of a pod, or null")                                                \
	FIELD(supplemental_groups, "list(dyn)", "of a pod")                                        \
	FIELD(host_process, "dyn", "windowsOptions.hostProcess of container, else pod, or null")   \
	FIELD(seccomp, "string", "type of container, else pod, else of the old annotation; empty") \
	FIELD(apparmor, "string", "type of container, else pod, else of the old annotation")       \
	FIELD(selinux, "map(string, dyn)", "seLinuxOptions of the container, else of the pod")     \
	FIELD(own_seccomp, "string", "what is written here, not above")                            \
	FIELD(own_apparmor, "string", "what is written here, not above")                           \
	FIELD(own_selinux, "map(string, dyn)", "what is written here, not above")                  \
	FIELD(proc_mount, "string", "or empty")                                                    \
	FIELD(add, "list(string)", "capabilities, in capitals, without CAP_")                      \
	FIELD(drop, "list(string)", "capabilities, in capitals, without CAP_")                     \
	FIELD(sysctls, "list(string)", "names, of a pod")

#define PORT_FIELDS(FIELD)                                                                         \
	FIELD(name, "string", "or empty")                                                          \
	FIELD(container_port, "int", "or 0")                                                       \
	FIELD(host_port, "int", "or 0")                                                            \
	FIELD(host_ip, "string", "or empty")

#define ENV_FIELDS(FIELD)                                                                          \
	FIELD(name, "string", "or empty")                                                          \
	FIELD(value, "string", "as written; empty when it comes from elsewhere")                   \
	FIELD(secret, "string", "the Secret it comes from, or empty")

#define VOLUME_FIELDS(FIELD)                                                                       \
	FIELD(name, "string", "or empty")                                                          \
	FIELD(types, "list(string)", "hostPath, secret, ...: what is written beside the name")     \
	FIELD(host_path, "string", "or empty")

#define VOLUME_MOUNT_FIELDS(FIELD)                                                                 \
	FIELD(name, "string", "of the volume")                                                     \
	FIELD(path, "string", "in the container")                                                  \
	FIELD(read_only, "bool", "readOnly: true, or recursiveReadOnly: Enabled")                  \
	FIELD(propagation, "string", "or empty")                                                   \
	FIELD(host_path, "string", "of the volume; empty when it is none of the host")

#define HANDLER_FIELDS(FIELD)                                                                      \
	FIELD(kind, "string", "livenessProbe, readinessProbe, startupProbe, postStart, preStop")   \
	FIELD(host, "string", "of httpGet or tcpSocket, or empty")                                 \
	FIELD(port, "dyn", "a number, a name, or null")

#define CONTAINER_FIELDS(FIELD)                                                                    \
	FIELD(name, "string", "or empty")                                                          \
	FIELD(kind, "string", "container, init or ephemeral")                                      \
	FIELD(sidecar, "bool", "an init container that restarts always")                           \
	FIELD(image, "Image", "what it runs")                                                      \
	FIELD(image_pull_policy, "string", "or empty")                                             \
	FIELD(command, "list(string)", "")                                                         \
	FIELD(args, "list(string)", "")                                                            \
	FIELD(security, "Security", "with what it inherits from the pod")                          \
	FIELD(ports, "list(Port)", "")                                                             \
	FIELD(env, "list(Env)", "")                                                                \
	FIELD(env_secrets, "list(string)", "Secrets of envFrom")                                   \
	FIELD(mounts, "list(VolumeMount)", "volumeMounts")                                         \
	FIELD(handlers, "list(Handler)", "probes and lifecycle handlers")                          \
	FIELD(probes, "list(string)", "livenessProbe, ...: those that are there")                  \
	FIELD(limits, "map(string, dyn)", "of its resources, else of the pod")                     \
	FIELD(requests, "map(string, dyn)", "the same; a limit is also a request")                 \
	FIELD(body, "map(string, dyn)", "as written")                                              \
	FIELD(place, "map(string, dyn)", "where a key stands")                                     \
	FIELD(line, "int", "where it begins")

#define POD_FIELDS(FIELD)                                                                          \
	FIELD(name, "string", "of its object")                                                     \
	FIELD(namespace, "string", "of its object; empty: none written")                           \
	FIELD(kind, "string", "of its object: Pod, Deployment, ...")                               \
	FIELD(labels, "map(string, dyn)", "of the pod")                                            \
	FIELD(annotations, "map(string, dyn)", "of the pod")                                       \
	FIELD(spec, "map(string, dyn)", "as written")                                              \
	FIELD(windows, "bool", "os.name is windows")                                               \
	FIELD(user_namespace, "bool", "hostUsers: false is written")                               \
	FIELD(security, "Security", "of the pod")                                                  \
	FIELD(containers, "list(Container)", "of all kinds")                                       \
	FIELD(volumes, "list(Volume)", "")                                                         \
	FIELD(service_account, "string", "serviceAccountName, else serviceAccount, or empty")      \
	FIELD(account, "Object", "that ServiceAccount in the set; unset when it is not there")     \
	FIELD(automount, "dyn", "automountServiceAccountToken of pod, else account, or null")      \
	FIELD(selected_by, "list(Object)",                                                         \
	      "NetworkPolicies, Services, PodDisruptionBudgets; unset when there are too many")    \
	FIELD(place, "map(string, dyn)", "where a key of the spec stands")                         \
	FIELD(line, "int", "where it begins")

#define ROLE_RULE_FIELDS(FIELD)                                                                    \
	FIELD(verbs, "list(string)", "in small letters")                                           \
	FIELD(resources, "list(string)", "in small letters")                                       \
	FIELD(groups, "list(string)", "apiGroups")                                                 \
	FIELD(names, "list(string)", "resourceNames")                                              \
	FIELD(urls, "list(string)", "nonResourceURLs")

#define ROLE_SUBJECT_FIELDS(FIELD)                                                                 \
	FIELD(kind, "string", "User, Group, ServiceAccount")                                       \
	FIELD(name, "string", "")                                                                  \
	FIELD(namespace, "string", "or empty")

#define OBJECT_FIELDS(FIELD)                                                                       \
	FIELD(kind, "string", "or empty")                                                          \
	FIELD(api_version, "string", "apps/v1")                                                    \
	FIELD(group, "string", "apps; empty: core")                                                \
	FIELD(version, "string", "v1")                                                             \
	FIELD(name, "string", "or generateName, or empty")                                         \
	FIELD(namespace, "string", "empty: none written")                                          \
	FIELD(namespaced, "bool", "objects of its kind live in a namespace; so do unknown ones")   \
	FIELD(labels, "map(string, dyn)", "")                                                      \
	FIELD(annotations, "map(string, dyn)", "")                                                 \
	FIELD(spec, "map(string, dyn)", "empty when there is none")                                \
	FIELD(body, "map(string, dyn)", "as written")                                              \
	FIELD(pod, "Pod", "the pod or its template; unset when it has none")                       \
	FIELD(rules, "list(RoleRule)", "of a Role or ClusterRole")                                 \
	FIELD(role, "string", "name of roleRef, or empty")                                         \
	FIELD(role_kind, "string", "kind of roleRef, or empty")                                    \
	FIELD(subjects, "list(RoleSubject)", "of a binding")                                       \
	FIELD(selected, "list(Pod)",                                                               \
	      "of a NetworkPolicy, Service or budget; unset when there are too many")              \
	FIELD(contains, "list(string)", "of a Namespace: kinds of the objects in it")              \
	FIELD(scaled, "bool", "a HorizontalPodAutoscaler or ScaledObject is about it")             \
	FIELD(problems, "list(Problem)", "where it is not as the API wants it")                    \
	FIELD(file, "string", "path of its file")                                                  \
	FIELD(document, "int", "of the file, from 1")                                              \
	FIELD(place, "map(string, dyn)", "where a key stands")                                     \
	FIELD(line, "int", "where it begins")

#define SET_FIELDS(FIELD)                                                                          \
	FIELD(objects, "list(Object)", "of all files, those of lists too")                         \
	FIELD(pods, "list(Pod)", "of all files")                                                   \
	FIELD(kinds, "list(string)", "of all objects, each once")                                  \
	FIELD(complete, "bool", "what is not in it is nowhere, as far as can be seen")

FACT_STRUCT(security_fact, SECURITY_FIELDS);
FACT_STRUCT(port_fact, PORT_FIELDS);
FACT_STRUCT(env_fact, ENV_FIELDS);
FACT_STRUCT(volume_fact, VOLUME_FIELDS);
FACT_STRUCT(volume_mount_fact, VOLUME_MOUNT_FIELDS);
FACT_STRUCT(handler_fact, HANDLER_FIELDS);
FACT_STRUCT(container_fact, CONTAINER_FIELDS);
FACT_STRUCT(pod_fact, POD_FIELDS);
FACT_STRUCT(role_rule_fact, ROLE_RULE_FIELDS);
FACT_STRUCT(role_subject_fact, ROLE_SUBJECT_FIELDS);
FACT_STRUCT(object_fact, OBJECT_FIELDS);
FACT_STRUCT(set_fact, SET_FIELDS);

struct kubernetes_facts {
	struct set_fact set;
	struct object_fact **objects; /* in the order of the files */
	size_t n_objects;
	bool unselected; /* there were too many selectors and pods to compare them */
};

extern const struct object_class *const kubernetes_classes[]; /* NULL-ended */

struct kubernetes_objects {
	struct object_fact **p; /* in the order of the file */
	size_t n;
};

/* path: is borrowed. */
int kubernetes_objects_make(const struct yaml_file *file, struct str path, struct arena *a,
			    struct kubernetes_objects *ret, struct err *err);

/*
 * complete: nothing stands elsewhere. A single object is no complete set: there is nothing to
 * compare it with.
 */
int kubernetes_set_make(struct object_fact **objects, size_t n, bool complete, struct arena *a,
			struct kubernetes_facts *ret, struct err *err);

/* The YAML behind a fact, a place, a map or a list; NULL when there is none. */
const struct yaml_node *kubernetes_fact_node(struct value v);
