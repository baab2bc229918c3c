# Edits pkg/await/await.go: objects are created as by releases 4.29 and later, whose source the module
# proxy does not hold. They create with POST, as field manager pulumi-kubernetes (operation Update),
# and fail where the object exists; PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true is the way of before: a
# server-side apply, under the name by which updates apply.
/^func Creation(/,/^}/ {
  s/if c\.ServerSideApply {/if c.ServerSideApply \&\& os.Getenv("PULUMI_K8S_UPSERT_EXISTING_OBJECTS") == "true" {/
  /metav1\.CreateOptions{/,/}/ s/FieldManager: c\.FieldManager,/FieldManager: "pulumi-kubernetes",/
}
