// Layout of a step: title, introduction, content, and a footer to go back and on. The title takes
// the focus when the step opens.
import { Title } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import styles from "./setup.module.css";

type Props = {
  title: string;
  intro?: ReactNode;
  /** Buttons to go back and on. */
  footer?: ReactNode;
  children: ReactNode;
};

export function StepLayout({ title, intro, footer, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className={styles.step}>
      <div className={styles.scroll} data-scroll-container>
        <Title order={3} ref={heading} tabIndex={-1} data-autofocus className={styles.heading}>
          {title}
        </Title>
        {intro !== undefined && <p className={styles.intro}>{intro}</p>}
        {children}
      </div>
      {footer && <div className={styles.footer}>{footer}</div>}
    </div>
  );
}
