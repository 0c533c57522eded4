// As much of it as the pages use; the package's own types do not know the path that it is served at.
type SetState<T> = (next: T | ((former: T) => T)) => void;
export function useState<T>(initial: T): [T, SetState<T>];
export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useLayoutEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export function useCallback<T extends Function>(callback: T, inputs: readonly unknown[]): T;
export function useRef<T>(initial: T): { current: T };
