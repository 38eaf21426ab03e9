/** Whether a file is called as Dockerfiles are: `Dockerfile`, `Dockerfile.prod`, `api.Dockerfile`, `Containerfile`. */
export const isDockerfile = (path: string) => /(^|[./-])(docker|container)file([.-][^/]*)?$/i.test(path);
